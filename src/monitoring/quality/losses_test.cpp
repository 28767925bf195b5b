#include "monitoring/quality/losses.h"

#include <gtest/gtest.h>

#include <numeric>

#include "monitoring/quality/quality_fixture.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;
const double kNan = std::nan("");
const LossRule kYesOrNo{.task = Task::kBinary, .classes = 2, .probabilities = true};
const LossRule kThree{.task = Task::kMulticlass, .classes = 3, .probabilities = true};
const LossRule kPlace{.task = Task::kMulticlass, .classes = 64};
const LossRule kNumber{.task = Task::kRegression};

double Metric(const LossRule& rule, const QualityRows& rows, std::string_view name) {
  for (const NamedMetric& metric : MetricsOf(rule, LabelledRows(rule, rows))) {
    if (metric.name == name) return metric.value;
  }
  ADD_FAILURE() << "no " << name;
  return kNan;
}

TEST(Losses, AreTheirFormulas) {
  struct Case {
    LossRule rule;
    std::vector<double> scores;
    double truth, loss;
  };
  const double least = -std::log(std::numeric_limits<double>::epsilon());
  LossRule squared = kNumber;
  squared.squared = true;
  for (const Case& of : std::initializer_list<Case>{
           {kYesOrNo, {0.8}, 1, -std::log(0.8)},
           {kYesOrNo, {0.8}, 0, -std::log(0.2)},
           {kYesOrNo, {0}, 1, least},
           {kYesOrNo, {1}, 0, least},
           {kYesOrNo, {1}, 1, 0},
           {kYesOrNo, {kNan}, 1, kNan},
           {kYesOrNo, {0.5}, kNan, kNan},
           {kThree, {0.2, 0.3, 0.5}, 2, -std::log(0.5)},
           {kThree, {2, 3, 5}, 1, std::log(3.0)},  // clipped to 1, and then a third of the sum
           {kThree, {0.2, kNan, 0.5}, 2, kNan},
           {kPlace, {3}, 3, 0},
           {kPlace, {3.4}, 3, 0},
           {kPlace, {-7}, 0, 0},  // the nearest place there is
           {kPlace, {1e300}, 3, 1},
           {kNumber, {3}, 5.5, 2.5},
           {squared, {3}, 5.5, 6.25},
           {kNumber, {1e308}, -1e308, std::numeric_limits<double>::infinity()},
           {kNumber, {kNan}, 1, kNan},
       }) {
    const double loss = LossesOf(of.rule, RowsOf(of.scores, {of.truth}, of.scores.size()))[0];
    if (std::isnan(of.loss)) {
      EXPECT_TRUE(std::isnan(loss)) << loss;
    } else if (std::isinf(of.loss)) {
      EXPECT_EQ(loss, of.loss);
    } else {
      EXPECT_NEAR(loss, of.loss, 1e-12 * (1 + of.loss)) << of.scores[0] << " " << of.truth;
    }
  }
}

TEST(Losses, TheirMeanIsTheMetricOfThatName) {
  QualityRows rows = HonestRows(500, 1);
  rows.scores[3] = 0;
  rows.scores[4] = 1;
  const auto mean = [](const std::vector<double>& losses) {
    return std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size());
  };
  EXPECT_NEAR(mean(LossesOf(kYesOrNo, rows)), Metric(kYesOrNo, rows, "log_loss"), 1e-12);
  EXPECT_NEAR(mean(LossesOf(kNumber, rows)), Metric(kNumber, rows, "mae"), 1e-12);
  Rng rng(2);
  std::vector<double> scores, truth;
  for (int row = 0; row < 300; ++row) {
    for (int k = 0; k < 3; ++k) scores.push_back(rng.Uniform());  // rows do not add up to 1
    truth.push_back(static_cast<double>(rng.Below(3)));
  }
  const QualityRows three = RowsOf(scores, truth, 3);
  EXPECT_NEAR(mean(LossesOf(kThree, three)), Metric(kThree, three, "log_loss"), 1e-12);
}

TEST(Losses, ExpectedOnesAreThoseOfCalibratedChances) {
  const QualityRows rows = HonestRows(3000, 3);
  const Labelled all = LabelledRows(kYesOrNo, rows);
  const std::vector<std::size_t> chunks(3, 1000);
  const auto cbpe = CbpeModel::Fit({.problem = {.classes = {"no", "yes"}}},
                                   {all.scores, all.predicted, all.truth_class}, chunks);
  ASSERT_TRUE(cbpe.ok()) << cbpe.error().ToString();
  QualityRows asked = RowsOf({0.2, kNan, 0.9, 0, 1}, {kNan, 1, 0, kNan, kNan});
  const auto expected = ExpectedLossesOf(kYesOrNo, *cbpe, asked);
  ASSERT_TRUE(expected.ok());
  EXPECT_TRUE(std::isnan((*expected)[1])) << "no score";
  const std::vector<double> scores = {0.2, 0.9, 0, 1};
  const std::vector<std::uint32_t> said = {0, 1, 0, 1};
  const auto chance = cbpe->Calibrate({.scores = scores, .predicted = said});
  ASSERT_TRUE(chance.ok());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double p = std::clamp(scores[i], std::numeric_limits<double>::epsilon(),
                                1 - std::numeric_limits<double>::epsilon());
    const double c = (*chance)[i];
    EXPECT_NEAR((*expected)[i + (i == 0 ? 0 : 1)], -c * std::log(p) - (1 - c) * std::log(1 - p),
                1e-12);
  }
  EXPECT_FALSE(ExpectedLossesOf(kYesOrNo, *cbpe, RowsOf({1.5}, {1})).ok()) << "no probability";
  EXPECT_FALSE(ExpectedLossesOf(kThree, *cbpe, RowsOf({.1, .2, .7}, {1}, 3)).ok());
  EXPECT_EQ(ExpectedLossesOf(kYesOrNo, *cbpe, RowsOf({}, {}))->size(), 0U);
}

TEST(Losses, LabelledRowsHaveTruthAndScore) {
  const Labelled labelled = LabelledRows(kYesOrNo, RowsOf({0.5, kNan, 0.49, 0.9}, {0, 1, kNan, 1}));
  EXPECT_EQ(labelled.places, (std::vector<std::size_t>{0, 3}));
  EXPECT_EQ(labelled.predicted, (std::vector<std::uint32_t>{1, 1})) << "from one half on";
  EXPECT_EQ(labelled.positive, (std::vector<std::uint8_t>{0, 1}));
  EXPECT_EQ(LabelledRows(kThree, RowsOf({.1, .7, .2, .4, kNan, .4}, {1, 0}, 3)).predicted,
            (std::vector<std::uint32_t>{1}));
}

TEST(Losses, MetricsThatAreNotDefinedAreNaN) {
  for (const char* name : {"auc"}) {
    EXPECT_TRUE(std::isnan(Metric(kYesOrNo, RowsOf({0.1, 0.9}, {1, 1}), name))) << name;
  }
  EXPECT_TRUE(std::isnan(Metric(kYesOrNo, RowsOf({0.1, 1.9}, {0, 1}), "log_loss")));
  EXPECT_TRUE(std::isnan(Metric(kNumber, RowsOf({1, 2}, {0, 0}), "wape")));
  EXPECT_EQ(Metric(kNumber, RowsOf({1e308, -1e308}, {1e308, -1e308}), "mae"), 0);
  EXPECT_EQ(Metric(kNumber, RowsOf({3, 3}, {1, 1}), "bias"), 2);
}

}  // namespace
}  // namespace mooring::monitoring
