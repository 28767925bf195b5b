// The answer's parts, made of what the flow found; pure functions of decide.cpp.
#pragma once

#include <span>

#include "base/clock.h"
#include "serving/decision.h"
#include "serving/pending.h"

namespace mooring::serving {

// Ids, decisions and outputs of a decided request; takes the outputs out of `pending`. Outputs of
// rows whose verdict is not ADMIT become null: the raw value does not leave.
DecisionAnswer AnswerOf(Pending& pending);

// A copy of raw outputs with nulls where the verdict is not ADMIT.
data::Batch MaskedOutputs(const data::Batch& outputs, std::span<const records::RowDecision> rows);

// kInvalidArgument that counts the problems and shows the first.
Error RefusedRows(const Validated& found);

// Whole microseconds, never negative, at most what 32 bits hold (71 minutes).
std::uint32_t LatencyUs(Nanos taken);

}  // namespace mooring::serving
