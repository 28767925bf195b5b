// The journal's tail for people: GET /api/v1/journal?from=SEGMENT:OFFSET&limit=N.
//
// Answers {"next":"57:1234","records":[…]}: decisions (with their inputs), outcomes and refusals
// from that place on, 100 records unless told, at most 1000. Without `from` it answers the place
// where the journal ends now and no records: begin there and ask again.
#pragma once

#include "api/call.h"

namespace mooring::api {

void TailJournal(const Call& call);

}  // namespace mooring::api
