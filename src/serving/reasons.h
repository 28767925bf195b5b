// Reasons: why a row's verdict is not a plain ADMIT, as answers name it and the journal numbers it.
#pragma once

#include <cstdint>
#include <string_view>

namespace mooring::serving {

// The number is what the journal keeps: never reuse one.
enum class Reason : std::uint8_t {
  kNone = 0,
  kScoreNotFinite = 1,
  kScoreBelowMin = 2,
  kScoreAboveMax = 3,
  kAmountInvalid = 4,
  kBelowBounds = 5,
  kAboveBounds = 6,
  kKilled = 7,        // the kill switch covers it
  kLimit = 8,         // a stop-limit said no
  kLimitInput = 9,    // a limit's quantity could not be known
  kReviewExpired = 10,
};
// Whether limits, the kill switch or a review said it, rather than bounds of the score.
inline bool IsOfLimits(std::uint8_t reason) {
  return reason >= static_cast<std::uint8_t>(Reason::kKilled) &&
         reason <= static_cast<std::uint8_t>(Reason::kReviewExpired);
}
// "", "score_not_finite", …; "" for numbers that no reason has.
std::string_view ReasonName(std::uint8_t reason);

}  // namespace mooring::serving
