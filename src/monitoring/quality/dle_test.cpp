#include "monitoring/quality/dle.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "data/stats/metrics/regression_metrics.h"

namespace mooring::monitoring {
namespace {

// A regressor of a few lines: the mean target of each tenth of the range of one column.
TrainRegressor BinnedMeanOf(std::string column, double low, double high) {
  return [=](const data::Batch& rows, std::span<const double> targets) -> Result<LossRegressor> {
    const auto bin = [=](double x) {
      return static_cast<std::size_t>(std::clamp((x - low) / (high - low) * 10, 0.0, 9.0));
    };
    std::vector<double> sums(10), counts(10);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      const std::size_t b = bin(rows.Find(column)->Number(i));
      sums[b] += targets[i];
      ++counts[b];
    }
    for (std::size_t b = 0; b < 10; ++b) sums[b] /= std::max(1.0, counts[b]);
    return LossRegressor{[=](const data::Batch& window) -> Result<std::vector<double>> {
      std::vector<double> losses;
      for (std::size_t i = 0; i < window.rows(); ++i) {
        losses.push_back(sums[bin(window.Find(column)->Number(i))]);
      }
      return losses;
    }};
  };
}

struct Window {
  data::Batch features;
  std::vector<double> predicted, truth;
  NumberRows numbers() const { return {predicted, truth}; }
};

data::Batch OneColumn(const std::vector<double>& values) {
  data::Batch batch(std::make_shared<const data::Schema>(
      data::Schema::Make({{.name = "x", .type = data::Type::kFloat64}}).value()));
  for (const double x : values) batch.column(0).Append(x);
  batch.SetRows(values.size());
  return batch;
}

// y = 10 + noise of size x; the model says 10. x comes from [0, highest].
Window Draw(std::uint64_t seed, std::size_t n, double highest) {
  Rng rng(seed);
  Window window;
  std::vector<double> xs(n);
  for (double& x : xs) {
    x = highest * rng.Uniform();
    window.truth.push_back(10 + x * (2 * rng.Uniform() - 1));
    window.predicted.push_back(10);
  }
  window.features = OneColumn(xs);
  return window;
}

const DleOptions kAll{.measures = {LossMeasure::kMae, LossMeasure::kMape, LossMeasure::kMse,
                                   LossMeasure::kRmse, LossMeasure::kMsle, LossMeasure::kRmsle}};
const std::vector<std::size_t> kTenths(10, 400);

TEST(Dle, RealisedValuesAreThoseOfTheMetrics) {
  const Window reference = Draw(1, 4000, 2), window = Draw(2, 500, 2);
  const DleModel model =
      DleModel::Fit(kAll, reference.features, reference.numbers(), kTenths, BinnedMeanOf("x", 0, 2))
          .value();
  const data::RegressionMetrics m =
      data::MeasureRegression({window.truth, window.predicted}).value();
  const std::vector<std::pair<std::string, double>> expected = {
      {"mae", m.mae},   {"mape", m.mape}, {"mse", m.mse},
      {"rmse", m.rmse}, {"msle", m.msle}, {"rmsle", m.rmsle}};
  const auto realised = model.Realised(window.numbers()).value();
  ASSERT_EQ(realised.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(realised[i].name, expected[i].first);
    EXPECT_NEAR(realised[i].value, expected[i].second, 1e-12);
    EXPECT_FALSE(realised[i].alert) << realised[i].name;
  }
}

// By hand: losses |e| 1, 1, 3, 3 in chunks of two; squares 1, 1, 9, 9: mean 5, variance 16.
TEST(Dle, ErrorsAndBandsFollowTheWrittenRules) {
  const data::Batch features = OneColumn({0.5, 0.5, 1.5, 1.5});
  const std::vector<double> predicted = {1, -1, 3, -3}, truth = {0, 0, 0, 0};
  const std::vector<std::size_t> chunks = {2, 2};
  const DleModel model =
      DleModel::Fit({.measures = {LossMeasure::kMae, LossMeasure::kMse, LossMeasure::kRmse}},
                    features, {predicted, truth}, chunks, BinnedMeanOf("x", 0, 10))
          .value();
  const auto estimates = model.Estimate(features, predicted).value();
  EXPECT_DOUBLE_EQ(estimates[0].value, 2);
  EXPECT_DOUBLE_EQ(estimates[0].sampling_error, 1 / std::sqrt(4.0));
  EXPECT_DOUBLE_EQ(estimates[0].confidence.lower, 0.5);
  EXPECT_DOUBLE_EQ(estimates[0].thresholds.lower, 0) << "2 - 3 * 1, cut";
  EXPECT_DOUBLE_EQ(estimates[0].thresholds.upper, 5);
  EXPECT_DOUBLE_EQ(estimates[1].value, 5);
  EXPECT_DOUBLE_EQ(estimates[1].sampling_error, 4 / std::sqrt(4.0));
  EXPECT_DOUBLE_EQ(estimates[2].value, std::sqrt(5.0));
  EXPECT_DOUBLE_EQ(estimates[2].sampling_error, std::sqrt(16.0 / (4 * 4 * 5)));
  EXPECT_DOUBLE_EQ(estimates[2].thresholds.upper, 2 + 3 * 1.0);
}

// The inputs move to where the model errs more: the estimate follows without any outcome, and comes
// within a tenth of what is realised.
TEST(Dle, FollowsAShiftOfInputs) {
  const Window reference = Draw(3, 4000, 2);
  const DleModel model =
      DleModel::Fit(kAll, reference.features, reference.numbers(), kTenths, BinnedMeanOf("x", 0, 2))
          .value();
  const Window calm = Draw(4, 1000, 2);
  for (const QualityEstimate& e : model.Estimate(calm.features, calm.predicted).value()) {
    EXPECT_FALSE(e.alert) << e.name;
  }
  Window shifted = Draw(5, 1000, 2);
  std::vector<double> xs(1000);
  Rng rng(6);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    xs[i] = 1.5 + 0.5 * rng.Uniform();
    shifted.truth[i] = 10 + xs[i] * (2 * rng.Uniform() - 1);
  }
  shifted.features = OneColumn(xs);
  const auto estimates = model.Estimate(shifted.features, shifted.predicted).value();
  const auto realised = model.Realised(shifted.numbers()).value();
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    EXPECT_TRUE(estimates[i].alert) << estimates[i].name;
    EXPECT_NEAR(estimates[i].value / realised[i].value, 1, 0.1) << estimates[i].name;
  }
}

TEST(Dle, GivesThePredictionToTheTrainerAndTrainsEachLossOnce) {
  const Window reference = Draw(7, 4000, 2);
  int trainings = 0;
  const TrainRegressor train = [&](const data::Batch& rows,
                                   std::span<const double> targets) -> Result<LossRegressor> {
    ++trainings;
    EXPECT_EQ(rows.width(), 2U);
    EXPECT_EQ(rows.Find("prediction")->Number(0), 10);
    EXPECT_EQ(targets.size(), 4000U);
    return LossRegressor{[](const data::Batch& window) -> Result<std::vector<double>> {
      EXPECT_NE(window.Find("prediction"), nullptr);
      return std::vector<double>(window.rows(), -1.0);
    }};
  };
  const DleModel model =
      DleModel::Fit(kAll, reference.features, reference.numbers(), kTenths, train).value();
  EXPECT_EQ(trainings, 4);
  const auto estimates = model.Estimate(reference.features, reference.predicted).value();
  EXPECT_EQ(estimates[0].value, 0) << "a loss is at least zero";
}

TEST(Dle, RefusesWhatDoesNotFit) {
  const Window reference = Draw(8, 4000, 2);
  const TrainRegressor train = BinnedMeanOf("x", 0, 2);
  const auto fit = [&](const DleOptions& options, const NumberRows& numbers,
                       const std::vector<std::size_t>& chunks) {
    return DleModel::Fit(options, reference.features, numbers, chunks, train).ok();
  };
  std::vector<double> wrong = reference.truth;
  EXPECT_TRUE(fit({}, reference.numbers(), kTenths));
  EXPECT_FALSE(fit({.measures = {}}, reference.numbers(), kTenths));
  EXPECT_FALSE(fit({}, reference.numbers(), {4000, 1}));
  EXPECT_FALSE(fit({}, reference.numbers(), {3999}));
  EXPECT_FALSE(fit({}, reference.numbers(), {4000, 0}));
  wrong[5] = -1;
  EXPECT_TRUE(fit({}, {reference.predicted, wrong}, kTenths));
  EXPECT_FALSE(fit(kAll, {reference.predicted, wrong}, kTenths)) << "the logarithm of negatives";
  wrong[5] = std::nan("");
  EXPECT_FALSE(fit({}, {reference.predicted, wrong}, kTenths));
  wrong.pop_back();
  EXPECT_FALSE(fit({}, {reference.predicted, wrong}, kTenths));
  EXPECT_FALSE(fit({}, {{}, {}}, {}));
}

TEST(Dle, PassesOnWhatTheTrainerSays) {
  const Window reference = Draw(9, 4000, 2);
  const auto fit = [&](const TrainRegressor& train) {
    return DleModel::Fit({}, reference.features, reference.numbers(), kTenths, train);
  };
  EXPECT_EQ(fit([](const data::Batch&, std::span<const double>) -> Result<LossRegressor> {
              return Error(Code::kFailedPrecondition, "no library");
            })
                .error()
                .code(),
            Code::kFailedPrecondition);
  const DleModel model =
      fit([](const data::Batch&, std::span<const double>) -> Result<LossRegressor> {
        return LossRegressor{[](const data::Batch&) -> Result<std::vector<double>> {
          return std::vector<double>{1, 2};
        }};
      }).value();
  EXPECT_EQ(model.Estimate(reference.features, reference.predicted).error().code(),
            Code::kInternal);
  EXPECT_FALSE(model.Estimate(OneColumn({}), {}).ok());
  EXPECT_FALSE(model.Estimate(OneColumn({1, 2}), reference.predicted).ok());
}

}  // namespace
}  // namespace mooring::monitoring
