#include "data/stats/metrics/regression_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace mooring::data {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

double WeightOf(const NumericPredictions& rows, std::size_t i) {
  return rows.weights.empty() ? 1 : rows.weights[i];
}

// The sum of the weights.
Result<double> Check(const NumericPredictions& rows) {
  const auto wrong = [](std::string what) {
    return Error(Code::kInvalidArgument, std::move(what));
  };
  if (rows.truth.empty()) return wrong("no rows");
  if (rows.predicted.size() != rows.truth.size() ||
      (!rows.weights.empty() && rows.weights.size() != rows.truth.size())) {
    return wrong("truth, predictions and weights differ in length");
  }
  double sum = 0;
  for (std::size_t i = 0; i < rows.truth.size(); ++i) {
    if (!std::isfinite(rows.truth[i]) || !std::isfinite(rows.predicted[i])) {
      return wrong("truth or prediction is not finite in row " + std::to_string(i));
    }
    const double weight = WeightOf(rows, i);
    if (!(weight >= 0) || std::isinf(weight)) {
      return wrong("weight is negative or not finite in row " + std::to_string(i));
    }
    sum += weight;
  }
  if (sum == 0) return wrong("the weights sum to zero");
  return sum;
}

double MedianAbsoluteError(const NumericPredictions& rows, double weights) {
  const std::size_t n = rows.truth.size();
  std::vector<std::pair<double, double>> errors(n);  // |e| and weight
  for (std::size_t i = 0; i < n; ++i) {
    errors[i] = {std::abs(rows.predicted[i] - rows.truth[i]), WeightOf(rows, i)};
  }
  std::ranges::sort(errors);
  if (rows.weights.empty()) {
    const double high = errors[n / 2].first;
    return n % 2 == 1 ? high : errors[n / 2 - 1].first / 2 + high / 2;
  }
  double reached = 0;
  for (const auto& [error, weight] : errors) {
    reached += weight;
    if (weight > 0 && reached >= weights / 2) return error;
  }
  return errors.back().first;
}

// Share of the spread of y that is explained, for a numerator already summed.
double Explained(double unexplained, double spread) {
  if (spread == 0) return unexplained == 0 ? 1 : 0;
  return 1 - unexplained / spread;
}

struct Sums {
  double absolute_truth = 0;
  double truth_spread = 0;  // sum of w (y - E[y])^2
  double error_spread = 0;  // sum of w (e - E[e])^2
  double log_square = 0;
  bool has_negative = false;
};

void AddLogError(double truth, double predicted, double weight, Sums& sums) {
  if (truth < 0 || predicted < 0) {
    sums.has_negative = true;
  } else {
    const double error = std::log1p(predicted) - std::log1p(truth);
    sums.log_square += weight * error * error;
  }
}

}  // namespace

Result<RegressionMetrics> MeasureRegression(const NumericPredictions& rows) {
  ASSIGN_OR_RETURN(const double weights, Check(rows));
  RegressionMetrics m{.rows = rows.truth.size()};
  Sums sums;
  double mean_truth = 0;
  for (std::size_t i = 0; i < m.rows; ++i) {
    const double y = rows.truth[i], p = rows.predicted[i], w = WeightOf(rows, i);
    const double error = p - y, size = std::abs(error), both = std::abs(y) + std::abs(p);
    m.mean_error += w * error;
    m.mae += w * size;
    m.mse += w * error * error;
    m.mape += w * size / std::max(std::abs(y), std::numeric_limits<double>::epsilon());
    if (both > 0) m.smape += w * 2 * size / both;
    m.max_error = std::max(m.max_error, size);
    sums.absolute_truth += w * std::abs(y);
    mean_truth += w * y;
    AddLogError(y, p, w, sums);
  }
  m.wape = sums.absolute_truth == 0 ? kUndefined : m.mae / sums.absolute_truth;
  const double square_sum = m.mse;
  for (double* mean : {&m.mean_error, &m.mae, &m.mse, &m.mape, &m.smape, &mean_truth}) {
    *mean /= weights;
  }
  m.rmse = std::sqrt(m.mse);
  m.msle = sums.has_negative ? kUndefined : sums.log_square / weights;
  m.rmsle = std::sqrt(m.msle);
  for (std::size_t i = 0; i < m.rows; ++i) {
    const double w = WeightOf(rows, i), from_mean = rows.truth[i] - mean_truth;
    const double error = rows.predicted[i] - rows.truth[i] - m.mean_error;
    sums.truth_spread += w * from_mean * from_mean;
    sums.error_spread += w * error * error;
  }
  m.r2 = m.rows < 2 ? kUndefined : Explained(square_sum, sums.truth_spread);
  m.explained_variance = Explained(sums.error_spread, sums.truth_spread);
  m.median_absolute_error = MedianAbsoluteError(rows, weights);
  return m;
}

Result<double> PinballLoss(const NumericPredictions& rows, double quantile) {
  if (!(quantile >= 0 && quantile <= 1)) {
    return Error(Code::kInvalidArgument, "quantile is not between 0 and 1");
  }
  ASSIGN_OR_RETURN(const double weights, Check(rows));
  double sum = 0;
  for (std::size_t i = 0; i < rows.truth.size(); ++i) {
    const double short_by = rows.truth[i] - rows.predicted[i];
    sum += WeightOf(rows, i) * (short_by >= 0 ? quantile : quantile - 1) * short_by;
  }
  return sum / weights;
}

}  // namespace mooring::data
