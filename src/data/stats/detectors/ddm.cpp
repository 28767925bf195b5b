#include "data/stats/detectors/ddm.h"

#include <algorithm>
#include <cmath>

#include "data/stats/detectors/kinds.h"

namespace mooring::data {
namespace {

constexpr DetectorParameter kParameters[] = {
    {"warm_up", "values that are only counted", "values", 30, 1, 1e6, true},
    {"warning", "distance from the best that warns", "standard errors", 2, 0, 100},
    {"drift", "distance from the best that is a drift", "standard errors", 3, 0, 100},
};

}  // namespace

DetectorState Ddm::Add(double x) {
  if (!std::isfinite(x)) return state_;
  if (state_ == DetectorState::kDrift) Reset();
  rate_.Add(std::clamp(x, 0.0, 1.0));
  if (rate_.n <= options_.warm_up) return state_;
  const double p = rate_.mean;
  // Rounding can take a mean of ones a hair above 1.
  const double error = std::sqrt(std::max(0.0, p * (1 - p)) / rate_.n);
  if (p + error <= least_sum_) {
    least_rate_ = p;
    least_error_ = error;
    least_sum_ = p + error;
  }
  if (p + error > least_rate_ + options_.drift * least_error_) {
    state_ = DetectorState::kDrift;
  } else if (p + error > least_rate_ + options_.warning * least_error_) {
    state_ = DetectorState::kWarning;
  } else {
    state_ = DetectorState::kStable;
  }
  return state_;
}

DetectorKind DdmKind() {
  return {.name = "ddm",
          .summary = "the error rate since the start against its best, in standard errors",
          .input = "0 to 1",
          .documentation =
              "DDM warns when the error rate of all values so far lies two standard errors above "
              "its best, and raises a drift at three. For comparison with other tools: it grows "
              "deaf with the age of the stream. Gama et al., SBIA 2004.",
          .parameters = kParameters,
          .make = [](const DetectorParameters& p) -> Result<std::unique_ptr<Detector>> {
            if (Number(p, "drift") < Number(p, "warning")) {
              return Error(Code::kInvalidArgument,
                           "parameter \"drift\" of detector \"ddm\" is below \"warning\"");
            }
            return Made("ddm", Ddm({.warm_up = Count(p, "warm_up"),
                                    .warning = Number(p, "warning"),
                                    .drift = Number(p, "drift")}));
          }};
}

}  // namespace mooring::data
