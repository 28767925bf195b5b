// How answers with decisions leave: behind the kill switch's gate, and with a status that says what
// became of them to who reads nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/call.h"
#include "serving/decision.h"

namespace mooring::api {

// 200; of a single row: 202 for REVIEW, 409 when limits denied it, 429 (with Retry-After) when
// only their rate did. Unless every row is ADMIT, headers say more: Mooring-Verdict ("mixed" when
// rows differ), Mooring-Limits, and of up to kAmountsInHeader rows with a currency
// Mooring-Amount-Minor and Mooring-Currency.
Response DecisionResponse(const Call& call, const serving::DecisionAnswer& answer,
                          std::string body);

inline constexpr std::size_t kAmountsInHeader = 128;

// The amount that a row was given, in minor units; nothing for DENY and REVIEW.
std::optional<std::int64_t> GivenAmount(const records::RowDecision& decision);
// Of all rows: "4050,null,300".
std::string GivenAmounts(const serving::DecisionAnswer& answer);

// Null when no kill switch is there, or no row carries a model's value. One allocation, unless the
// answer's values are of more than four versions.
std::shared_ptr<const SendGate> GateOf(const Call& call, const serving::DecisionAnswer& answer);

}  // namespace mooring::api
