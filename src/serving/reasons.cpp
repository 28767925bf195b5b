#include "serving/reasons.h"

#include <array>

namespace mooring::serving {
namespace {

constexpr std::array<std::string_view, 11> kReasonNames = {
    "", "score_not_finite", "score_below_min", "score_above_max",
    "amount_invalid", "below_bounds", "above_bounds", "killed",
    "limit", "limit_input_invalid", "review_expired"};

}  // namespace

std::string_view ReasonName(std::uint8_t reason) {
  return reason < kReasonNames.size() ? kReasonNames[reason] : std::string_view();
}

}  // namespace mooring::serving
