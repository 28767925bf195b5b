#include "data/stats/detectors/e_detector.h"

#include <fmt/format.h>

namespace mooring::data {
namespace {

constexpr double kLeastShift = 0.05, kMostShift = 1;  // deviations
// A mean of exactly 0 or 1 makes any other value infinitely unlikely; evidence stays finite.
constexpr double kLeastMean = 1e-9;
constexpr double kMostEvidence = 1e300;

double Inside(double mean) { return std::clamp(mean, kLeastMean, 1 - kLeastMean); }

// The rate p for which the measured one lies `errors` of p's own standard errors away, above
// (sign 1) or below (-1) it: the ends of Wilson's score interval.
double WilsonEnd(const EDetectorOptions& options, double sign) {
  const double p = options.baseline, n = options.reference_rows;
  if (n == 0) return p;
  const double t = options.margin_errors * options.margin_errors / n;
  const double half = std::sqrt(t * (p * (1 - p) + t / 4));
  return (p + t / 2 + sign * half) / (1 + t);
}

// Of one value whose mean is `mean`: what the reference showed, or the largest there can be.
double Deviation(const EDetectorOptions& options, double mean) {
  const double most = std::sqrt(mean * (1 - mean));
  return options.deviation > 0 ? std::min(options.deviation, most) : most;
}

double Margin(const EDetectorOptions& options) {
  if (options.reference_rows == 0) return 0;
  const double t = options.margin_errors * options.margin_errors / options.reference_rows;
  return Deviation(options, options.baseline) * std::sqrt(t) + t;
}

// Stakes against a mean that has `room` to lose: all positive; below 1 / room.
std::array<double, EDetectorState::kLanes> Stakes(double room, double deviation) {
  std::array<double, EDetectorState::kLanes> stakes{};
  const double ratio = std::pow(kMostShift / kLeastShift, 1.0 / (EDetectorState::kLanes - 1));
  double shift = kLeastShift;
  for (double& stake : stakes) {
    stake = 1 / (room + deviation / shift);
    shift *= ratio;
  }
  return stakes;
}

bool IsEvidence(const std::array<double, EDetectorState::kLanes>& lanes, bool used) {
  return std::ranges::all_of(lanes, [&](double r) {  // NaN fails both comparisons
    return used ? r >= 0 && r <= kMostEvidence : r == 0;
  });
}

}  // namespace

EDetector::EDetector(const EDetectorOptions& options, double highest_mean, double lowest_mean)
    : up_(LooksUp(options.direction)), down_(LooksDown(options.direction)) {
  rise_.mean = Inside(highest_mean);
  fall_.mean = Inside(lowest_mean);
  rise_.stakes = Stakes(rise_.mean, Deviation(options, rise_.mean));
  fall_.stakes = Stakes(1 - fall_.mean, Deviation(options, fall_.mean));
  for (double& stake : fall_.stakes) stake = -stake;
  const double lanes = static_cast<double>(EDetectorState::kLanes) * (up_ + down_);
  per_sum_ = 1 / (lanes * options.family);
  alarm_sum_ = options.alarm_rows * options.family * lanes;
  warning_sum_ = options.warning_rows * options.family * lanes;
}

Status EDetector::Check(const EDetectorOptions& options) {
  const auto refuse = [](std::string_view name, double value, std::string_view rule) {
    return Error(Code::kInvalidArgument,
                 fmt::format("{} of an e-detector is {}, not {}", name, value, rule));
  };
  // Written so that NaN is refused.
  const EDetectorOptions& o = options;
  if (!(o.baseline >= 0 && o.baseline <= 1)) return refuse("baseline", o.baseline, "from 0 to 1");
  if (!(o.deviation >= 0 && o.deviation <= 1)) {
    return refuse("deviation", o.deviation, "from 0 to 1");
  }
  if (!(o.reference_rows >= 0 && std::isfinite(o.reference_rows))) {
    return refuse("reference_rows", o.reference_rows, "a number of rows");
  }
  if (!(o.margin_errors >= 0 && o.margin_errors <= 100)) {
    return refuse("margin_errors", o.margin_errors, "from 0 to 100");
  }
  if (!(o.warning_rows >= 1 && o.warning_rows <= o.alarm_rows)) {
    return refuse("warning_rows", o.warning_rows, "from 1 to alarm_rows");
  }
  if (!(o.alarm_rows <= 1e15)) return refuse("alarm_rows", o.alarm_rows, "up to 1e15");
  if (!(o.family >= 1 && o.family <= 1e12)) return refuse("family", o.family, "from 1 to 1e12");
  return Ok();
}

void EDetector::Reset() {
  state_ = {};
  verdict_ = DetectorState::kStable;
}

Status EDetector::Restore(const EDetectorState& state) {
  if (!IsEvidence(state.up, up_) || !IsEvidence(state.down, down_)) {
    return Error(Code::kInvalidArgument,
                 "stored evidence of an e-detector is negative, not finite or of a direction that "
                 "it does not look in");
  }
  state_ = state;
  verdict_ = Judge(Sum());
  return Ok();
}

Result<BernoulliEDetector> BernoulliEDetector::Make(const EDetectorOptions& options) {
  RETURN_IF_ERROR(Check(options));
  EDetectorOptions rates = options;
  rates.deviation = 0;
  return BernoulliEDetector(rates, WilsonEnd(rates, 1), WilsonEnd(rates, -1));
}

Result<BoundedEDetector> BoundedEDetector::Make(const EDetectorOptions& options) {
  RETURN_IF_ERROR(Check(options));
  const double margin = Margin(options);
  return BoundedEDetector(options, options.baseline + margin, options.baseline - margin);
}

}  // namespace mooring::data
