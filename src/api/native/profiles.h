// Profiles over the API, so that a batch job elsewhere sends counters instead of rows:
//
//   GET  /api/v1/models/{m}/versions/{v}/reference       the reference profile, whose bins to count
//                                                        on; v may be "champion"
//   POST /api/v1/models/{m}/profiles?from=T&to=T[&version=N]   a profile of the rows of [from, to)
//
// The body is a profile as docs/formats/profile.md has it. It is judged against the version's
// reference by the contract in force and kept as a verdict of kind "drift"; the answer is that
// verdict. The same window sent again replaces what it said before, so a job may repeat itself.
#pragma once

#include "api/call.h"

namespace mooring::api {

void ShowReference(const Call& call);
void SendProfile(const Call& call);

}  // namespace mooring::api
