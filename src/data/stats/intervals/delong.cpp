#include "data/stats/intervals/delong.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace mooring::data {
namespace {

namespace policies = boost::math::policies;
using Quiet = policies::policy<policies::domain_error<policies::errno_on_error>,
                               policies::overflow_error<policies::errno_on_error>>;
using Normal = boost::math::normal_distribution<double, Quiet>;

Error Wrong(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

// What one score says of each positive and each negative.
struct Components {
  double auc = 0;
  std::vector<double> of_positives, of_negatives;  // V10, V01, in the order of the rows
};

// Twice the number of `sorted` values below x, and once those equal: whole, so sums are exact.
double TwiceBelow(const std::vector<double>& sorted, double x) {
  const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), x);
  return static_cast<double>((low - sorted.begin()) + (high - sorted.begin()));
}

Result<Components> ComponentsOf(std::span<const double> scores,
                                std::span<const std::uint8_t> truth) {
  if (scores.size() != truth.size()) return Wrong("scores and truth differ in length");
  std::vector<double> positives, negatives;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(scores[i])) return Wrong("score is not a number in row " + std::to_string(i));
    if (truth[i] > 1) return Wrong("truth is neither 0 nor 1 in row " + std::to_string(i));
    (truth[i] == 1 ? positives : negatives).push_back(scores[i]);
  }
  if (positives.size() < 2 || negatives.size() < 2) {
    return Wrong("fewer than two positives or negatives");
  }
  std::ranges::sort(positives);
  std::ranges::sort(negatives);
  const auto m = static_cast<double>(positives.size()), n = static_cast<double>(negatives.size());
  Components parts;
  double twice_wins = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (truth[i] == 1) {
      const double twice = TwiceBelow(negatives, scores[i]);
      twice_wins += twice;
      parts.of_positives.push_back(twice / 2 / n);
    } else {
      parts.of_negatives.push_back(1 - TwiceBelow(positives, scores[i]) / 2 / m);
    }
  }
  parts.auc = twice_wins / 2 / m / n;
  return parts;
}

double CovarianceOfMean(const std::vector<double>& a, double mean_a, const std::vector<double>& b,
                        double mean_b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
  const auto n = static_cast<double>(a.size());
  return sum / (n - 1) / n;
}

double Covariance(const Components& a, const Components& b) {
  return CovarianceOfMean(a.of_positives, a.auc, b.of_positives, b.auc) +
         CovarianceOfMean(a.of_negatives, a.auc, b.of_negatives, b.auc);
}

// The variance of the difference, from differences row by row: exactly 0 where both rank alike.
double VarianceOfDifference(const Components& a, const Components& b) {
  Components difference{
      .auc = a.auc - b.auc, .of_positives = a.of_positives, .of_negatives = a.of_negatives};
  const auto subtract = [](std::vector<double>& from, const std::vector<double>& what) {
    std::ranges::transform(from, what, from.begin(), std::minus<>());
  };
  subtract(difference.of_positives, b.of_positives);
  subtract(difference.of_negatives, b.of_negatives);
  return Covariance(difference, difference);
}

Result<double> NormalQuantile(double confidence) {
  if (!(confidence > 0 && confidence < 1)) return Wrong("confidence is not between 0 and 1");
  return boost::math::quantile(boost::math::complement(Normal(), (1 - confidence) / 2));
}

IntervalEstimate Cut(double value, double error, double q, double least) {
  return {.value = value,
          .lower = std::max(least, value - q * error),
          .upper = std::min(1.0, value + q * error),
          .standard_error = error};
}

}  // namespace

Result<IntervalEstimate> AucInterval(std::span<const double> scores,
                                     std::span<const std::uint8_t> truth, double confidence) {
  ASSIGN_OR_RETURN(const double q, NormalQuantile(confidence));
  ASSIGN_OR_RETURN(const Components parts, ComponentsOf(scores, truth));
  return Cut(parts.auc, std::sqrt(Covariance(parts, parts)), q, 0);
}

Result<AucComparison> CompareAucs(std::span<const double> first, std::span<const double> second,
                                  std::span<const std::uint8_t> truth, double confidence) {
  ASSIGN_OR_RETURN(const double q, NormalQuantile(confidence));
  ASSIGN_OR_RETURN(const Components a, ComponentsOf(first, truth));
  ASSIGN_OR_RETURN(const Components b, ComponentsOf(second, truth));
  AucComparison c{.first_auc = a.auc,
                  .second_auc = b.auc,
                  .first_variance = Covariance(a, a),
                  .second_variance = Covariance(b, b),
                  .covariance = Covariance(a, b),
                  .difference = {},
                  .test = {}};
  const double difference = a.auc - b.auc, error = std::sqrt(VarianceOfDifference(a, b));
  c.difference = Cut(difference, error, q, -1);
  c.test.statistic = difference == 0 ? 0 : difference / error;
  c.test.p_value =
      2 * boost::math::cdf(boost::math::complement(Normal(), std::abs(c.test.statistic)));
  return c;
}

}  // namespace mooring::data
