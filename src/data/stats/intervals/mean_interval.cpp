#include "data/stats/intervals/mean_interval.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace mooring::data {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<policies::domain_error<policies::errno_on_error>,
                               policies::pole_error<policies::errno_on_error>,
                               policies::overflow_error<policies::errno_on_error>,
                               policies::evaluation_error<policies::errno_on_error>>;

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

Status CheckConfidence(double confidence) {
  if (!(confidence > 0 && confidence < 1)) return Wrong("confidence is not between 0 and 1");
  return Ok();
}

IntervalEstimate Around(double mean, double error, double confidence, MeanLaw law, double degrees) {
  const double tail = (1 - confidence) / 2;
  const double q = law == MeanLaw::kNormal
                       ? boost::math::quantile(boost::math::complement(
                             boost::math::normal_distribution<double, Quiet>(), tail))
                       : boost::math::quantile(boost::math::complement(
                             boost::math::students_t_distribution<double, Quiet>(degrees), tail));
  return {
      .value = mean, .lower = mean - q * error, .upper = mean + q * error, .standard_error = error};
}

Result<double> MeanOfFinite(std::span<const double> values) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return Wrong("value is not finite in row " + std::to_string(i));
    }
    sum += values[i];
  }
  return sum / static_cast<double>(values.size());
}

}  // namespace

Result<IntervalEstimate> MeanIntervalOfMoments(std::size_t rows, double mean, double m2,
                                               double confidence, MeanLaw law) {
  RETURN_IF_ERROR(CheckConfidence(confidence));
  if (rows < 2) return Wrong("fewer than two rows");
  if (!std::isfinite(mean) || !(m2 >= 0)) return Wrong("mean or deviation is not a number");
  const auto n = static_cast<double>(rows);
  return Around(mean, std::sqrt(m2 / (n - 1) / n), confidence, law, n - 1);
}

Result<IntervalEstimate> MeanInterval(std::span<const double> values, double confidence,
                                      MeanLaw law) {
  if (values.size() < 2) return Wrong("fewer than two rows");
  ASSIGN_OR_RETURN(const double mean, MeanOfFinite(values));
  double m2 = 0;
  for (const double x : values) m2 += (x - mean) * (x - mean);
  return MeanIntervalOfMoments(values.size(), mean, m2, confidence, law);
}

Result<IntervalEstimate> ClusteredMeanInterval(std::span<const double> values,
                                               std::span<const std::uint64_t> clusters,
                                               double confidence) {
  RETURN_IF_ERROR(CheckConfidence(confidence));
  if (values.size() != clusters.size()) return Wrong("values and clusters differ in length");
  if (values.empty()) return Wrong("fewer than two clusters");
  ASSIGN_OR_RETURN(const double mean, MeanOfFinite(values));
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return clusters[i]; });
  double squares = 0, sum = 0, count = 0;
  for (std::size_t at = 0; at < order.size(); ++at) {
    sum += values[order[at]] - mean;
    if (at + 1 < order.size() && clusters[order[at + 1]] == clusters[order[at]]) continue;
    squares += sum * sum;
    sum = 0;
    ++count;
  }
  if (count < 2) return Wrong("fewer than two clusters");
  const double error =
      std::sqrt(count / (count - 1) * squares) / static_cast<double>(values.size());
  return Around(mean, error, confidence, MeanLaw::kStudent, count - 1);
}

}  // namespace mooring::data
