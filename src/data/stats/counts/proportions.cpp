#include "data/stats/counts/proportions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "data/stats/counts/tails.h"

namespace mooring::data {
namespace {

Status CheckRows(const Proportion& of) {
  if (of.rows == 0) return Error(Code::kInvalidArgument, "a share of no rows is not defined");
  if (of.successes <= of.rows) return Ok();
  return Error(Code::kInvalidArgument,
               fmt::format("{} successes among {} rows", of.successes, of.rows));
}

Status CheckConfidence(double confidence) {
  if (confidence > 0 && confidence < 1) return Ok();
  return Error(Code::kInvalidArgument,
               fmt::format("confidence {} is not between 0 and 1", confidence));
}

Status Check(const Proportion& of, double confidence) {
  RETURN_IF_ERROR(CheckRows(of));
  return CheckConfidence(confidence);
}

struct Doubles {
  double k, n;
  explicit Doubles(const Proportion& of)
      : k(static_cast<double>(of.successes)), n(static_cast<double>(of.rows)) {}
};

}  // namespace

Result<Interval> WilsonInterval(const Proportion& of, double confidence) {
  RETURN_IF_ERROR(Check(of, confidence));
  const auto [k, n] = Doubles(of);
  const double p = k / n, z = -tails::NormalQuantile((1 - confidence) / 2), z2 = z * z;
  const double scale = 1 + z2 / n;
  const double middle = (p + z2 / (2 * n)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / scale;
  // At no successes, and at nothing but, the end is 0 or 1 by algebra, whatever rounding says.
  return Interval{of.successes == 0 ? 0 : std::max(0.0, middle - half),
                  of.successes == of.rows ? 1 : std::min(1.0, middle + half)};
}

Result<Interval> ClopperPearsonInterval(const Proportion& of, double confidence) {
  RETURN_IF_ERROR(Check(of, confidence));
  const auto [k, n] = Doubles(of);
  const double beyond = (1 - confidence) / 2;
  Interval interval;
  if (of.successes > 0) interval.low = tails::BetaQuantile(k, n - k + 1, beyond);
  if (of.successes < of.rows) interval.high = tails::BetaQuantile(k + 1, n - k, 1 - beyond);
  return interval;
}

Result<double> UpperBoundOfNoEvents(std::uint64_t rows, double confidence) {
  RETURN_IF_ERROR(Check({.rows = rows}, confidence));
  return -std::expm1(std::log1p(-confidence) / static_cast<double>(rows));
}

Result<TestResult> TwoProportionZ(const Proportion& first, const Proportion& second,
                                  Alternative alternative) {
  RETURN_IF_ERROR(CheckRows(first));
  RETURN_IF_ERROR(CheckRows(second));
  const Doubles a(first), b(second);
  const double pooled = (a.k + b.k) / (a.n + b.n);
  const double error = std::sqrt(pooled * (1 - pooled) * (1 / a.n + 1 / b.n));
  TestResult test{.statistic = error > 0 ? (a.k / a.n - b.k / b.n) / error : 0};
  switch (alternative) {
    case Alternative::kTwoSided:
      test.p_value = 2 * tails::NormalUpper(std::abs(test.statistic));
      break;
    case Alternative::kLess: test.p_value = tails::NormalUpper(-test.statistic); break;
    case Alternative::kGreater: test.p_value = tails::NormalUpper(test.statistic); break;
  }
  return test;
}

McNemarTest McNemar(std::uint64_t only_first, std::uint64_t only_second) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 52;
  CHECK(only_first <= kMost && only_second <= kMost);
  const std::uint64_t rows = only_first + only_second, lesser = std::min(only_first, only_second);
  McNemarTest test;
  if (rows == 0) return test;
  test.exact_p = std::min(1.0, 2 * tails::FairCoinLower(lesser, rows));
  test.mid_p = test.exact_p - tails::FairCoin(lesser, rows);
  const double apart = static_cast<double>(only_first) - static_cast<double>(only_second);
  test.chi_squared = apart * apart / static_cast<double>(rows);
  test.chi_squared_p = tails::ChiSquaredUpper(test.chi_squared, 1);
  return test;
}

}  // namespace mooring::data
