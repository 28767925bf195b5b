#include "data/stats/metrics/regression_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/stats/metrics/metric_vectors.h"

namespace mooring::data {
namespace {

constexpr double kClose = 1e-12;

struct Drawn {
  std::vector<double> truth, predicted, weights;
};

Drawn Draw(const Json& record) {
  Rng rng(record.GetUint("seed").value());
  const std::string kind(record.GetString("kind").value());
  const bool weighted = record.GetBool("weighted").value();
  Drawn drawn;
  for (std::uint64_t i = 0; i < record.GetUint("n").value(); ++i) {
    const double a = rng.Uniform(), b = rng.Uniform(), c = rng.Uniform();
    double y = 20 * a;
    if (kind == "constant") y = 3;
    if (kind == "signed") y = 20 * a - 10;
    if (kind == "whole") y = std::floor(4 * a);
    double p = y + 4 * b - 1.5;
    if (kind == "exact") p = y;
    if (kind == "whole") p = std::floor(4 * b);
    if (kind == "positive") p = std::abs(p);
    drawn.truth.push_back(y);
    drawn.predicted.push_back(p);
    drawn.weights.push_back(weighted ? std::floor(c * 5) : 1.0);
  }
  if (!weighted) drawn.weights.clear();
  return drawn;
}

void ExpectSame(double ours, double theirs, const char* what) {
  if (std::isnan(theirs)) {
    EXPECT_TRUE(std::isnan(ours)) << what;
  } else {
    EXPECT_NEAR(ours, theirs, kClose * std::max(1.0, std::abs(theirs))) << what;
  }
}

// scikit-learn 1.2.1 on rows that both sides draw alike (tools/golden/metric_vectors.py).
TEST(RegressionMetrics, EqualScikitLearnOnDrawnRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/metrics.json");
  const Json::Array& records = *vectors.GetArray("regression").value();
  ASSERT_EQ(records.size(), 10U);
  for (const Json& record : records) {
    SCOPED_TRACE("seed " + std::to_string(record.GetUint("seed").value()));
    const Drawn drawn = Draw(record);
    const NumericPredictions rows{drawn.truth, drawn.predicted, drawn.weights};
    const RegressionMetrics m = MeasureRegression(rows).value();
    ExpectSame(m.mean_error, NumberAt(record, "mean_error"), "mean error");
    ExpectSame(m.mae, NumberAt(record, "mae"), "mae");
    ExpectSame(m.mse, NumberAt(record, "mse"), "mse");
    ExpectSame(m.rmse, NumberAt(record, "rmse"), "rmse");
    ExpectSame(m.msle, NumberAt(record, "msle"), "msle");
    ExpectSame(m.mape, NumberAt(record, "mape"), "mape");
    ExpectSame(m.wape, NumberAt(record, "wape"), "wape");
    ExpectSame(m.smape, NumberAt(record, "smape"), "smape");
    ExpectSame(m.r2, NumberAt(record, "r2"), "r2");
    ExpectSame(m.explained_variance, NumberAt(record, "explained"), "explained variance");
    ExpectSame(m.max_error, NumberAt(record, "max_error"), "max error");
    ExpectSame(m.median_absolute_error, NumberAt(record, "median"), "median");
    ExpectSame(PinballLoss(rows, 0.9).value(), NumberAt(record, "pinball"), "pinball");
  }
}

// scikit-learn 1.2.1 on stored rows.
TEST(RegressionMetrics, EqualScikitLearnOnStoredRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  const Json& record = *vectors.Get("regression").value();
  const auto truth = NumbersAt(record, "y"), predicted = NumbersAt(record, "p");
  const RegressionMetrics m = MeasureRegression({truth, predicted}).value();
  ExpectSame(m.mae, NumberAt(record, "mae"), "mae");
  ExpectSame(m.mse, NumberAt(record, "mse"), "mse");
  ExpectSame(m.rmse, NumberAt(record, "rmse"), "rmse");
  ExpectSame(m.mape, NumberAt(record, "mape"), "mape");
  ExpectSame(m.msle, NumberAt(record, "msle"), "msle");
  ExpectSame(m.r2, NumberAt(record, "r2"), "r2");
  ExpectSame(m.median_absolute_error, NumberAt(record, "median_ae"), "median");
  ExpectSame(m.max_error, NumberAt(record, "max_error"), "max error");
  ExpectSame(m.explained_variance, NumberAt(record, "explained_variance"), "explained");
}

TEST(RegressionMetrics, MedianPinballIsHalfTheAbsoluteError) {
  const std::vector<double> truth = {1, 5, -2, 8}, predicted = {2, 3, -2.5, 8};
  EXPECT_DOUBLE_EQ(PinballLoss({truth, predicted}, 0.5).value(),
                   MeasureRegression({truth, predicted})->mae / 2);
  EXPECT_DOUBLE_EQ(PinballLoss({truth, predicted}, 1).value(), 2.5 / 4) << "only the short ones";
  EXPECT_FALSE(PinballLoss({truth, predicted}, 1.01).ok());
  EXPECT_FALSE(PinballLoss({truth, predicted}, std::nan("")).ok());
}

TEST(RegressionMetrics, AreNotANumberOnlyWhereTheySaySo) {
  const std::vector<double> zero = {0, 0}, predicted = {1, -1}, one = {4};
  const RegressionMetrics m = MeasureRegression({zero, predicted}).value();
  EXPECT_TRUE(std::isnan(m.wape));
  EXPECT_TRUE(std::isnan(m.msle));
  EXPECT_EQ(m.r2, 0);
  EXPECT_EQ(m.smape, 2);
  EXPECT_EQ(MeasureRegression({zero, zero})->smape, 0);
  EXPECT_EQ(MeasureRegression({zero, zero})->r2, 1);
  EXPECT_TRUE(std::isnan(MeasureRegression({one, one})->r2));
}

TEST(RegressionMetrics, GreatErrorsAreInfiniteSquaresAndFiniteElsewhere) {
  const std::vector<double> truth = {1e308, 0}, predicted = {0, 1e-320};
  const RegressionMetrics m = MeasureRegression({truth, predicted}).value();
  EXPECT_TRUE(std::isinf(m.mse));
  EXPECT_EQ(m.max_error, 1e308);
  EXPECT_EQ(m.mae, 5e307);
  EXPECT_EQ(m.median_absolute_error, 5e307);
}

TEST(RegressionMetrics, RefuseWhatMakesNoSense) {
  const std::vector<double> two = {1, 2}, one = {1}, nan = {1, std::nan("")},
                            infinite = {1, INFINITY};
  const std::vector<double> negative = {1, -1}, zero = {0, 0};
  EXPECT_FALSE(MeasureRegression({{}, {}}).ok());
  EXPECT_FALSE(MeasureRegression({two, one}).ok());
  EXPECT_FALSE(MeasureRegression({two, nan}).ok());
  EXPECT_FALSE(MeasureRegression({infinite, two}).ok());
  EXPECT_FALSE(MeasureRegression({two, two, one}).ok());
  EXPECT_FALSE(MeasureRegression({two, two, negative}).ok());
  EXPECT_FALSE(MeasureRegression({two, two, zero}).ok());
}

}  // namespace
}  // namespace mooring::data
