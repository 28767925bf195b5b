#include "data/stats/detectors/cusum.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/stats/detectors/kinds.h"

namespace mooring::data {
namespace {

constexpr DetectorParameter kParameters[] = {
    {"mean", "of the stream as it should be", "units of the values", 0, -1e300, 1e300},
    {"deviation", "standard deviation; 0 learns it and the mean", "units of the values", 0, 0,
     1e300},
    {"learn_rows", "first values that mean and deviation are learnt from", "values", 100, 2, 1e6,
     true},
    {"slack", "half of the shift that is looked for", "deviations", 0.5, 0, 100},
    {"threshold", "sum that is a drift", "deviations", 5, 0, 1e6},
    {"direction", "0 for rises, 1 for falls, 2 for both", "", 2, 0, 2, true},
};

constexpr DetectorParameter kRateParameters[] = {
    {"p0", "rate as it should be", "", 0.1, 1e-12, 1 - 1e-12},
    {"p1", "rate to find", "", 0.2, 1e-12, 1 - 1e-12},
    {"threshold", "sum that is a drift; a false alarm at most every e^threshold values", "nats", 8,
     0, 700},
    {"two_sided", "1 to look on the other side of p0 as well", "0 or 1", 0, 0, 1, true},
};

double LogOdds(double p) { return std::log(p) - std::log1p(-p); }

}  // namespace

Cusum::Cusum(const CusumOptions& options)
    : options_(options), mean_(options.mean), deviation_(options.deviation) {}

DetectorState Cusum::Add(double x) {
  if (!std::isfinite(x)) return state_;
  if (state_ == DetectorState::kDrift) Reset();
  if (deviation_ == 0) {
    learnt_.Add(WithinReason(x));
    if (learnt_.center.n < options_.learn_rows) return state_;
    mean_ = learnt_.center.mean;
    deviation_ = std::max(std::sqrt(learnt_.Variance()), std::numeric_limits<double>::min());
    return state_;
  }
  // Clipped, so that a value far out is a drift and never infinity minus infinity.
  const double z = std::clamp((x - mean_) / deviation_, -1e300, 1e300);
  up_ = std::max(0.0, up_ + z - options_.slack);
  down_ = std::max(0.0, down_ - z - options_.slack);
  const bool rise = LooksUp(options_.direction) && up_ >= options_.threshold;
  const bool fall = LooksDown(options_.direction) && down_ >= options_.threshold;
  return state_ = rise || fall ? DetectorState::kDrift : DetectorState::kStable;
}

Result<RateCusum> RateCusum::Make(const RateCusumOptions& options) {
  const auto inside = [](double p) { return p > 0 && p < 1; };
  if (!inside(options.p0) || !inside(options.p1) || options.p0 == options.p1) {
    return Error(Code::kInvalidArgument, "\"p0\" and \"p1\" are not two rates between 0 and 1");
  }
  const auto side = [&](double odds) {
    // ln p and ln(1 - p) of the rate with these log odds, exact at both ends.
    return Side{.of_one = -std::log1p(std::exp(-odds)) - std::log(options.p0),
                .of_zero = -std::log1p(std::exp(odds)) - std::log1p(-options.p0)};
  };
  const double odds0 = LogOdds(options.p0), odds1 = LogOdds(options.p1);
  return RateCusum(options, side(odds1), side(2 * odds0 - odds1));
}

DetectorState RateCusum::Add(double x) {
  if (!std::isfinite(x)) return state_;
  if (state_ == DetectorState::kDrift) Reset();
  for (Side* side : {&first_, &second_}) {
    side->sum = std::max(0.0, side->sum + (x < 0.5 ? side->of_zero : side->of_one));
  }
  const bool drift =
      first_.sum >= options_.threshold || (options_.two_sided && second_.sum >= options_.threshold);
  return state_ = drift ? DetectorState::kDrift : DetectorState::kStable;
}

DetectorKind CusumKind() {
  return {.name = "cusum",
          .summary = "cumulative sums of standardised values",
          .input = "any number",
          .documentation =
              "CUSUM sums standardised values beyond a slack, upwards and downwards, and raises a "
              "drift at the threshold. Mean and deviation are given, or learnt from the first "
              "values. Page, Biometrika 41 (1954).",
          .parameters = kParameters,
          .make = [](const DetectorParameters& p) -> Result<std::unique_ptr<Detector>> {
            return Made("cusum",
                        Cusum({.mean = Number(p, "mean"),
                               .deviation = Number(p, "deviation"),
                               .learn_rows = Count(p, "learn_rows"),
                               .slack = Number(p, "slack"),
                               .threshold = Number(p, "threshold"),
                               .direction = static_cast<Direction>(Count(p, "direction"))}));
          }};
}

DetectorKind CusumRatesKind() {
  return {.name = "cusum_rates",
          .summary = "cumulative log likelihood ratio of two known rates",
          .input = "0 or 1",
          .documentation =
              "CUSUM of the likelihood ratio of rate p1 against p0: the fastest detector when both "
              "are known; the mean time to a false alarm is at least e^threshold. Page, Biometrika "
              "41 (1954); Lorden, Ann. Math. Stat. 42 (1971).",
          .parameters = kRateParameters,
          .make = [](const DetectorParameters& p) -> Result<std::unique_ptr<Detector>> {
            ASSIGN_OR_RETURN(RateCusum cusum,
                             RateCusum::Make({.p0 = Number(p, "p0"),
                                              .p1 = Number(p, "p1"),
                                              .threshold = Number(p, "threshold"),
                                              .two_sided = Chosen(p, "two_sided")}));
            return Made("cusum_rates", std::move(cusum));
          }};
}

}  // namespace mooring::data
