// POST /api/v1/models/{model}/decide[?version=N]: the richest of the three decision protocols.
//
//   {"inputs": {"hour": 7, …}}               one row; or [{…}, …] for many
//   {"columns": {"hour": [7, 8], …}}         many rows by column
//   beside it: "request_id": "…" (as the header Idempotency-Key)
//
//   {"model","version","contract","request_id"?,"replayed"?,"latency_us",
//    "decisions":[{"id","verdict","score","amount_minor"?,"currency"?,"reason"?,"flagged"?,
//                  "outputs":{…}}]}
//
// Rows are decided together or refused together (problems[] names row, feature and rule). Amounts
// are whole minor units of the currency, null where DENY or REVIEW gave none. A row whose verdict
// is not "admit" has null outputs.
#pragma once

#include "api/call.h"

namespace mooring::api {

void Decide(const Call& call);

// For tests and benches: one answer as JSON.
std::string DecisionJson(const serving::DecisionAnswer& answer, std::string_view request_id);

}  // namespace mooring::api
