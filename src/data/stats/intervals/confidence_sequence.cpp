#include "data/stats/intervals/confidence_sequence.h"

#include <algorithm>
#include <cmath>

namespace mooring::data {
namespace {

Error Wrong(const char* what) { return Error(Code::kInvalidArgument, what); }

bool IsLevel(double alpha) { return alpha > 0 && alpha < 1; }

}  // namespace

Result<AsymptoticSequence> AsymptoticSequence::Make(const Options& options) {
  if (!IsLevel(options.alpha)) return Wrong("alpha is not between 0 and 1");
  if (!(options.tightest_at > 0) || std::isinf(options.tightest_at)) {
    return Wrong("the number of values of the best width is not above 0");
  }
  const double log_term = -2 * std::log(options.alpha);
  return AsymptoticSequence(options, (log_term + std::log1p(log_term)) / options.tightest_at);
}

Status AsymptoticSequence::Add(double x) {
  if (!std::isfinite(x)) return Wrong("value is not finite");
  ++count_;
  const double away = x - mean_;
  mean_ += away / static_cast<double>(count_);
  m2_ += away * (x - mean_);
  return Ok();
}

double AsymptoticSequence::HalfWidthFactor(double n) const {
  const double grown = n * rho_squared_ + 1;
  return std::sqrt(2 * grown / (n * n * rho_squared_) *
                   std::log(std::sqrt(grown) / options_.alpha));
}

IntervalEstimate AsymptoticSequence::Now() const {
  IntervalEstimate now;
  if (count_ == 0) return now;
  const auto n = static_cast<double>(count_);
  const double deviation = std::sqrt(m2_ / n);
  now.value = mean_;
  now.standard_error = deviation / std::sqrt(n);
  if (count_ < options_.least) return now;
  const double half = deviation * HalfWidthFactor(n);
  now.lower = mean_ - half;
  now.upper = mean_ + half;
  return now;
}

Result<BoundedSequence> BoundedSequence::Make(const Options& options) {
  if (!IsLevel(options.alpha)) return Wrong("alpha is not between 0 and 1");
  if (!std::isfinite(options.high - options.low) || !(options.low < options.high)) {
    return Wrong("the bounds do not rise or are not finite");
  }
  return BoundedSequence(options);
}

Status BoundedSequence::Add(double x) {
  if (!(x >= options_.low && x <= options_.high)) return Wrong("value is out of its bounds");
  const double scaled = (x - options_.low) / (options_.high - options_.low);
  const auto before = static_cast<double>(count_);
  const double guess = (0.5 + sum_) / (before + 1);          // of what was seen before x
  const double variance = (0.25 + squares_) / (before + 1);  // likewise
  const double bet = std::min(0.5, std::sqrt(2 * std::log(2 / options_.alpha) /
                                             (variance * (before + 1) * std::log(before + 2))));
  ++count_;
  sum_ += scaled;
  const double away = scaled - (0.5 + sum_) / (before + 2);
  squares_ += away * away;
  weights_ += bet;
  weighted_ += bet * scaled;
  width_ += (scaled - guess) * (scaled - guess) * (-std::log1p(-bet) - bet);
  const double centre = weighted_ / weights_;
  const double half = (std::log(2 / options_.alpha) + width_) / weights_;
  lower_ = std::max(lower_, centre - half);
  upper_ = std::min(upper_, centre + half);
  return Ok();
}

IntervalEstimate BoundedSequence::Now() const {
  const double range = options_.high - options_.low;
  IntervalEstimate now{.lower = options_.low + range * lower_,
                       .upper = options_.low + range * upper_};
  if (count_ == 0) return now;
  const auto n = static_cast<double>(count_);
  now.value = options_.low + range * (sum_ / n);
  now.standard_error = range * std::sqrt(squares_ / n / n);
  return now;
}

}  // namespace mooring::data
