#include "data/stats/two_sample/students_t.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "data/stats/two_sample/sample.h"
#include "data/stats/two_sample/sums.h"

namespace mooring::data {
namespace {

struct Moments {
  double n = 0, mean = 0, variance = 0;  // variance over n - 1
};

// Around the first value, so that a constant has variance 0 exactly and a large common offset does
// not cancel.
Moments MomentsOf(std::span<const double> values) {
  Moments moments{.n = static_cast<double>(values.size())};
  CompensatedSum sum, squares, rests;
  for (const double x : values) sum.Add(x - values[0]);
  const double shift = sum.Total() / moments.n;
  moments.mean = values[0] + shift;
  for (const double x : values) {
    const double rest = x - values[0] - shift;
    rests.Add(rest);
    squares.Add(rest * rest);
  }
  const double correction = rests.Total() * rests.Total() / moments.n;
  moments.variance = std::max(0.0, squares.Total() - correction) / (moments.n - 1);
  return moments;
}

using Policy = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;

// P(T > t), without losing small ones.
double UpperTail(double t, double degrees) {
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  const boost::math::students_t_distribution<double, Policy> distribution(degrees);
  return boost::math::cdf(boost::math::complement(distribution, t));
}

double TailOf(double t, double degrees, Alternative alternative) {
  if (std::isnan(t)) return std::numeric_limits<double>::quiet_NaN();
  switch (alternative) {
    case Alternative::kLess: return UpperTail(-t, degrees);
    case Alternative::kGreater: return UpperTail(t, degrees);
    case Alternative::kTwoSided: break;
  }
  return std::min(1.0, 2 * UpperTail(std::abs(t), degrees));
}

TTestResult Compare(const Moments& a, const Moments& b, Variances variances,
                    Alternative alternative) {
  TTestResult result{.degrees = a.n + b.n - 2};
  double variance = 0;
  if (variances == Variances::kEqual) {
    variance =
        ((a.n - 1) * a.variance + (b.n - 1) * b.variance) / result.degrees * (1 / a.n + 1 / b.n);
  } else {
    const double of_a = a.variance / a.n, of_b = b.variance / b.n;
    variance = of_a + of_b;
    if (variance > 0) {
      const double share_a = of_a / variance, share_b = of_b / variance;
      result.degrees = 1 / (share_a * share_a / (a.n - 1) + share_b * share_b / (b.n - 1));
    }
  }
  result.test.statistic = (a.mean - b.mean) / std::sqrt(variance);
  result.test.p_value = TailOf(result.test.statistic, result.degrees, alternative);
  return result;
}

}  // namespace

Result<TTestResult> TTest(std::span<const double> a, std::span<const double> b, Variances variances,
                          Alternative alternative) {
  RETURN_IF_ERROR(CheckSamples(a, b, {.values = 2}));
  if (IsTameMagnitude(std::max(LargestMagnitude(a), LargestMagnitude(b)))) {
    return Compare(MomentsOf(a), MomentsOf(b), variances, alternative);
  }
  const ScaledSamples scaled = ScaleToOne(a, b);
  return Compare(MomentsOf(scaled.a), MomentsOf(scaled.b), variances, alternative);
}

}  // namespace mooring::data
