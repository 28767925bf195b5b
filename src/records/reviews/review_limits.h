// Limits of the review queue, as base/limits.h has those of the rest.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/limits.h"

namespace mooring::limits {

inline constexpr std::size_t kReviewsWaiting = 10'000;  // beyond it the default decides at once
inline constexpr std::size_t kReviewsEnded = 100'000;   // the newest are kept
inline constexpr std::size_t kReviewsListed = 1'000;    // by one call
inline constexpr std::size_t kReviewNoteBytes = 16 * kKiB;
inline constexpr std::size_t kReviewInputsBytes = 256 * kKiB;  // of one decision; more is left out
// Where a limit says `then: review` and no chain says how long.
inline constexpr std::chrono::hours kReviewDeadline{4};
// How far back a new queue looks for decisions that wait.
inline constexpr std::chrono::hours kReviewHorizon{30 * 24};

}  // namespace mooring::limits
