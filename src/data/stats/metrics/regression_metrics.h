// Quality of numeric predictions, all measures in one go. Use it for realised quality of regression
// models; intervals for the means come from intervals/mean_interval.h over the row losses.
//
// Symbols: y_i truth, p_i prediction, e_i = p_i - y_i, w_i >= 0 weights (all 1 when none are
// given), E the weighted mean. Units: those of y, squared where it says so; shares are fractions,
// not percent.
//
// Errors: kInvalidArgument for no rows, lengths that differ, values that are not finite, a weight
// that is negative or not finite, no weight at all. Squares beyond 1.8e308 are infinite.
//
// Thread safety: pure functions. Complexity: O(n); the median sorts.
// Numbers its test checks: scikit-learn 1.2.1, within 1e-12.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"

namespace mooring::data {

struct NumericPredictions {
  std::span<const double> truth;
  std::span<const double> predicted;
  std::span<const double> weights = {};
};

struct RegressionMetrics {
  std::size_t rows = 0;
  double mean_error = 0;  // E[e]: the bias; above 0 means predictions are too high
  double mae = 0;         // E|e|
  double mse = 0;         // E[e^2]
  double rmse = 0;        // its root
  double msle = 0;        // E[(ln(1 + p) - ln(1 + y))^2]; NaN when any value is negative
  double rmsle = 0;       // its root
  double mape = 0;        // E[|e| / max(|y|, 2.2e-16)]
  double wape = 0;        // sum w|e| / sum w|y|; NaN when all truth is zero
  double smape = 0;       // E[2|e| / (|y| + |p|)], a row of two zeros counting 0; from 0 to 2
  // 1 - sum w e^2 / sum w (y - E[y])^2; for constant truth 1 when all is right, else 0; NaN for
  // fewer than two rows.
  double r2 = 0;
  double explained_variance = 0;  // the same with e - E[e] for e; not NaN for one row
  double max_error = 0;           // greatest |e|, also of rows without weight
  // The middle |e|, between two the mean of both. With weights: the least |e| at which half of the
  // weight is reached.
  double median_absolute_error = 0;
};

Result<RegressionMetrics> MeasureRegression(const NumericPredictions& rows);

// E[q (y - p) where y >= p, (1 - q)(p - y) elsewhere]: the loss whose best prediction is the
// q-quantile. kInvalidArgument for q outside [0, 1].
Result<double> PinballLoss(const NumericPredictions& rows, double quantile);

}  // namespace mooring::data
