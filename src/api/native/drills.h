// POST /api/v1/drills   {"kind": "kill", …}: what a rehearsal measured and found, kept as evidence
// in the data directory and told in the log, as told by the caller. Answered with the name it is
// kept under.
#pragma once

#include "api/call.h"

namespace mooring::api {

void KeepDrill(const Call& call);

}  // namespace mooring::api
