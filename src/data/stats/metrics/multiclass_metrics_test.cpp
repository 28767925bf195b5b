#include "data/stats/metrics/multiclass_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/stats/metrics/metric_vectors.h"

namespace mooring::data {
namespace {

constexpr double kClose = 1e-12;

struct Drawn {
  std::vector<double> probabilities;
  std::vector<std::uint32_t> truth;
};

Drawn Draw(const Json& record) {
  Rng rng(record.GetUint("seed").value());
  const std::size_t classes = record.GetUint("classes").value();
  Drawn drawn;
  for (std::uint64_t i = 0; i < record.GetUint("n").value(); ++i) {
    std::vector<double> draws(classes);
    double total = 0;
    for (double& x : draws) total += x = rng.Uniform();
    for (double& x : draws) x /= total;
    const auto likely = std::ranges::max_element(draws) - draws.begin();
    const double a = rng.Uniform(), b = rng.Uniform() * static_cast<double>(classes);
    drawn.truth.push_back(static_cast<std::uint32_t>(a < 0.6 ? static_cast<double>(likely) : b));
    drawn.probabilities.insert(drawn.probabilities.end(), draws.begin(), draws.end());
  }
  return drawn;
}

// scikit-learn 1.2.1 on rows that both sides draw alike (tools/golden/metric_vectors.py).
TEST(MulticlassMetrics, EqualScikitLearnOnDrawnRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/metrics.json");
  for (const Json& record : *vectors.GetArray("multiclass").value()) {
    const std::size_t classes = record.GetUint("classes").value();
    SCOPED_TRACE(classes);
    const Drawn drawn = Draw(record);
    const ClassProbabilities rows{classes, drawn.probabilities, drawn.truth};
    EXPECT_NEAR(MulticlassLogLoss(rows).value(), NumberAt(record, "log_loss"), kClose);
    const Result<double> area = MacroOneVsRestAuc(rows);
    const double theirs = NumberAt(record, "auc");
    if (classes == 2) {  // scikit-learn takes two columns of scores for a mistake
      EXPECT_TRUE(std::isnan(theirs));
    } else if (std::isnan(theirs)) {
      EXPECT_FALSE(area.ok());
    } else {
      EXPECT_NEAR(area.value(), theirs, kClose);
    }
  }
}

// scikit-learn 1.2.1 on stored rows; for the area it was given rows divided by their sum.
TEST(MulticlassMetrics, EqualScikitLearnOnStoredRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  const Json& record = *vectors.Get("multiclass").value();
  std::vector<double> probabilities, divided;
  for (const Json& row : *record.GetArray("p").value()) {
    const auto values = NumbersOf(row);
    const double sum = values[0] + values[1] + values[2];
    for (const double p : values) {
      probabilities.push_back(p);
      divided.push_back(p / sum);
    }
  }
  const auto truth = WholesAt<std::uint32_t>(record, "y");
  EXPECT_NEAR(MulticlassLogLoss({3, probabilities, truth}).value(), NumberAt(record, "log_loss"),
              kClose);
  EXPECT_NEAR(MacroOneVsRestAuc({3, divided, truth}).value(), NumberAt(record, "roc_auc_ovr_macro"),
              kClose);
}

TEST(MulticlassMetrics, OfTwoClassesRankAsTheBinaryOnes) {
  const std::vector<double> p = {0.2, 0.8, 0.6, 0.4, 0.3, 0.7, 0.5, 0.5};
  const std::vector<std::uint32_t> truth = {1, 0, 0, 1};
  const auto areas = OneVsRestAuc({2, p, truth}).value();
  EXPECT_EQ(areas[0], areas[1]);
  EXPECT_EQ(areas[0], 0.75);
}

TEST(MulticlassMetrics, AClassWithoutRowsHasNoArea) {
  const std::vector<double> p = {0.2, 0.5, 0.3, 0.6, 0.4, 0};
  const std::vector<std::uint32_t> truth = {0, 1};
  const auto areas = OneVsRestAuc({3, p, truth}).value();
  EXPECT_EQ(areas[0], 0);
  EXPECT_TRUE(std::isnan(areas[2]));
  EXPECT_EQ(MacroOneVsRestAuc({3, p, truth}).error().code(), Code::kInvalidArgument);
}

TEST(MulticlassMetrics, ACertainErrorCostsThirtySix) {
  const std::vector<double> p = {0, 1};
  const std::vector<std::uint32_t> truth = {0};
  EXPECT_NEAR(MulticlassLogLoss({2, p, truth}).value(), 36.04365338911715, 1e-12);
}

TEST(MulticlassMetrics, RefuseWhatMakesNoSense) {
  const std::vector<double> p = {0.5, 0.5}, beyond = {1.5, -0.5}, nan = {0.5, std::nan("")};
  const std::vector<std::uint32_t> truth = {0}, high = {2}, two = {0, 1};
  for (const auto metric : {MulticlassLogLoss, MacroOneVsRestAuc}) {
    EXPECT_FALSE(metric({2, beyond, truth}).ok());
    EXPECT_FALSE(metric({2, nan, truth}).ok());
    EXPECT_FALSE(metric({2, p, high}).ok());
    EXPECT_FALSE(metric({2, p, two}).ok());
    EXPECT_FALSE(metric({1, p, two}).ok());
    EXPECT_FALSE(metric({2, {}, {}}).ok());
  }
}

}  // namespace
}  // namespace mooring::data
