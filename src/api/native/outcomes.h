// POST /api/v1/outcomes: what really happened, in bulk, by decision id or by the caller's request
// id.
//
//   {"outcomes": [{"decision_id": "d1-57-4021", "name": "late", "value": 1, "at"?: RFC 3339}, …]}
//   or application/x-ndjson: one such object a line; "request_id" in the place of "decision_id",
//   with "row" when the request had several
//
// `value` is a number, true, false or a text (a class label). Items that are wrong are listed, the
// others are recorded: {"recorded": N, "corrected": N, "repeated": N, "refused": N, "problems":
// [{"item", "code", "message"}]}; 200 when anything was taken, else the first problem's status.
// records/outcomes/outcome_ledger.h has the rule for what comes again. Large bodies are read and
// recorded beside the event loops (Dependencies::later).
#pragma once

#include "api/call.h"

namespace mooring::api {

void RecordOutcomes(const Call& call);

}  // namespace mooring::api
