// How answers with decisions leave: behind the kill switch's gate, and with a status that says what
// became of them to who reads nothing else.
#pragma once

#include <memory>

#include "api/call.h"
#include "serving/decision.h"

namespace mooring::api {

// 200; of a single row: 202 for REVIEW, 409 when limits denied it, 429 (with Retry-After) when
// only their rate did. Headers Mooring-Verdict and Mooring-Limits say more when all rows agree.
Response DecisionResponse(const Call& call, const serving::DecisionAnswer& answer,
                          std::string body);

// Null when no kill switch is there, or no row carries a model's value. One allocation, unless the
// answer's values are of more than four versions.
std::shared_ptr<const SendGate> GateOf(const Call& call, const serving::DecisionAnswer& answer);

}  // namespace mooring::api
