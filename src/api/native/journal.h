// The journal's tail for people: GET /api/v1/journal?from=SEGMENT:OFFSET&limit=N.
//
// Answers {"next":"57:1234","records":[…]}: decisions (with their inputs), outcomes and refusals
// from that place on, 100 records unless told, at most 1000, and no more once the answer has
// kTailBytes: `next` is where to go on. Of one record it shows kTailRows rows; each
// says in `rows` how many its record has when that is more than one. Without `from` it answers the
// place where the journal ends now and no records: begin there and ask again. Read on the
// background thread, not on an event loop.
#pragma once

#include "api/call.h"
#include "base/limits.h"

namespace mooring::api {

inline constexpr std::size_t kTailBytes = 1 * limits::kMiB;  // the last record may pass it
inline constexpr std::size_t kTailRows = 1000;               // of one record; fewer in kTailBytes

void TailJournal(const Call& call);

}  // namespace mooring::api
