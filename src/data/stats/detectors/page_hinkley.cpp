#include "data/stats/detectors/page_hinkley.h"

#include <algorithm>
#include <cmath>

#include "data/stats/detectors/kinds.h"

namespace mooring::data {
namespace {

constexpr DetectorParameter kParameters[] = {
    {"min_rows", "values before the first answer", "values", 30, 1, 1e6, true},
    {"delta", "change to be ignored", "units of the values", 0.005, 0, 1e12},
    {"threshold", "sum that is a drift", "units of the values", 50, 0, 1e15},
    {"alpha", "share of the sums kept at each value", "", 0.9999, 0, 1},
    {"direction", "0 for rises, 1 for falls, 2 for both", "", 2, 0, 2, true},
};

}  // namespace

DetectorState PageHinkley::Add(double x) {
  if (!std::isfinite(x)) return state_;
  if (state_ == DetectorState::kDrift) Reset();
  const double value = WithinReason(x);
  mean_.Add(value);
  const double deviation = value - mean_.mean;
  up_ = options_.alpha * up_ + deviation - options_.delta;
  down_ = options_.alpha * down_ + deviation + options_.delta;
  least_up_ = std::min(least_up_, up_);
  most_down_ = std::max(most_down_, down_);
  if (mean_.n < options_.min_rows) return state_;
  const bool rise = LooksUp(options_.direction) && up_ - least_up_ > options_.threshold;
  const bool fall = LooksDown(options_.direction) && most_down_ - down_ > options_.threshold;
  return state_ = rise || fall ? DetectorState::kDrift : DetectorState::kStable;
}

DetectorKind PageHinkleyKind() {
  return {
      .name = "page_hinkley",
      .summary = "sums of deviations from the running mean against their extremes",
      .input = "any number",
      .documentation =
          "Page-Hinkley sums how far values lie from their running mean and raises a drift when "
          "the sum has moved by the threshold, which is in units of the values. Page, "
          "Biometrika 41 (1954), in the form of River 0.19.",
      .parameters = kParameters,
      .make = [](const DetectorParameters& p) -> Result<std::unique_ptr<Detector>> {
        return Made("page_hinkley",
                    PageHinkley({.min_rows = Count(p, "min_rows"),
                                 .delta = Number(p, "delta"),
                                 .threshold = Number(p, "threshold"),
                                 .alpha = Number(p, "alpha"),
                                 .direction = static_cast<Direction>(Count(p, "direction"))}));
      }};
}

}  // namespace mooring::data
