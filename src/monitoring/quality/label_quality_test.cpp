#include "monitoring/quality/label_quality.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"
#include "data/stats/metrics/binary_metrics.h"

namespace mooring::monitoring {
namespace {

const LabelProblem kBinary{.classes = {"no", "yes"}};
const LabelProblem kThree{.classes = {"a", "b", "c"}};

double Of(const LabelProblem& problem, const std::vector<double>& values, std::string_view name) {
  const auto measures = MeasuresOf(problem);
  for (std::size_t i = 0; i < measures.size(); ++i) {
    if (measures[i].name == name) return values[i];
  }
  ADD_FAILURE() << "no measure " << name;
  return 0;
}

// By hand: c = .9 .6 .2 .1, labels yes yes no no.
TEST(ExpectedQuality, AddsUpProbabilitiesByHardLabel) {
  const std::vector<double> p = {0.9, 0.6, 0.2, 0.1};
  const std::vector<std::uint32_t> labels = {1, 1, 0, 0};
  const auto values = ExpectedQuality(kBinary, {p, labels}, p);
  const auto of = [&](std::string_view name) { return Of(kBinary, values, name); };
  EXPECT_DOUBLE_EQ(of("true_positive"), 1.5);
  EXPECT_DOUBLE_EQ(of("false_positive"), 0.5);
  EXPECT_DOUBLE_EQ(of("false_negative"), 0.3);
  EXPECT_DOUBLE_EQ(of("true_negative"), 1.7);
  EXPECT_DOUBLE_EQ(of("accuracy"), 3.2 / 4);
  EXPECT_DOUBLE_EQ(of("precision"), 0.75);
  EXPECT_DOUBLE_EQ(of("recall"), 1.5 / 1.8);
  EXPECT_DOUBLE_EQ(of("specificity"), 1.7 / 2.2);
  EXPECT_DOUBLE_EQ(of("f1"), 1.5 / (1.5 + 0.4));
  // Expected wins over expected pairs, pair by pair: sum over ranks of c_i (1 - c_j), own pairs
  // half.
  double wins = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = i; j < 4; ++j) wins += (i == j ? 0.5 : 1) * p[i] * (1 - p[j]);
  }
  EXPECT_NEAR(of("roc_auc"), wins / (1.8 * 2.2), 1e-12);
  EXPECT_NEAR(of("average_precision"),
              (0.9 * 0.9 + 0.6 * 1.5 / 2 + 0.2 * 1.7 / 3 + 0.1 * 1.8 / 4) / 1.8, 1e-12);
}

// Certain probabilities are labels: expectation and realisation agree, but for rows of equal score.
TEST(ExpectedQuality, OfCertaintyIsRealisedQuality) {
  Rng rng(2);
  std::vector<double> scores(600), certain(600);
  std::vector<std::uint32_t> labels(600), truth(600);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = rng.Uniform();
    labels[i] = scores[i] > 0.4 ? 1 : 0;
    truth[i] = rng.Uniform() < scores[i] ? 1 : 0;
    certain[i] = truth[i];
  }
  LabelProblem problem = kBinary;
  problem.worth = {1, -2, -3, 4};
  for (const CellScale scale : {CellScale::kRows, CellScale::kShareOfAll, CellScale::kShareOfTrue,
                                CellScale::kShareOfPredicted}) {
    problem.cells = scale;
    const auto expected = ExpectedQuality(problem, {scores, labels}, certain);
    const auto realised = RealisedQuality(problem, {scores, labels, truth});
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(expected[i], realised[i], 1e-12) << MeasuresOf(problem)[i].name;
    }
  }
}

TEST(ExpectedQuality, DoesNotDependOnTheOrderOfRows) {
  Rng rng(3);
  std::vector<double> scores(300), p(300);
  std::vector<std::uint32_t> labels(300);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = std::floor(rng.Uniform() * 5) / 5;
    p[i] = rng.Uniform();
    labels[i] = scores[i] > 0.4 ? 1 : 0;
  }
  const auto values = ExpectedQuality(kBinary, {scores, labels}, p);
  std::ranges::reverse(scores);
  std::ranges::reverse(p);
  std::ranges::reverse(labels);
  const auto reversed = ExpectedQuality(kBinary, {scores, labels}, p);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], reversed[i], 1e-12);
}

TEST(RealisedQuality, TakesMeansOverClasses) {
  const std::vector<double> scores = {.7, .2, .1, .1, .8, .1, .2, .2, .6, .5, .3, .2};
  const std::vector<std::uint32_t> labels = {0, 1, 2, 0}, truth = {0, 1, 2, 1};
  const auto values = RealisedQuality(kThree, {scores, labels, truth});
  const auto of = [&](std::string_view name) { return Of(kThree, values, name); };
  EXPECT_DOUBLE_EQ(of("accuracy"), 0.75);
  EXPECT_DOUBLE_EQ(of("precision"), (0.5 + 1 + 1) / 3);
  EXPECT_DOUBLE_EQ(of("recall"), (1 + 0.5 + 1) / 3);
  EXPECT_DOUBLE_EQ(of("f1"), (2.0 / 3 + 2.0 / 3 + 1) / 3);
  EXPECT_EQ(of("true_b_pred_a"), 1);
  EXPECT_EQ(of("true_a_pred_b"), 0);
  EXPECT_DOUBLE_EQ(of("roc_auc"), 1);
}

TEST(RealisedQuality, IsNotANumberWhereNothingCanBeSaid) {
  const std::vector<double> scores = {0.2, 0.3};
  const std::vector<std::uint32_t> none = {0, 0};
  const auto values = RealisedQuality(kBinary, {scores, none, none});
  for (const char* name : {"roc_auc", "average_precision", "precision", "recall", "f1"}) {
    EXPECT_TRUE(std::isnan(Of(kBinary, values, name))) << name;
  }
  EXPECT_EQ(Of(kBinary, values, "specificity"), 1);
  EXPECT_EQ(Of(kBinary, values, "accuracy"), 1);
}

TEST(RealisedQuality, WorthIsASumOrAMeanByPredictedClass) {
  LabelProblem problem = kBinary;
  problem.worth = {5, -20, -40, 100};
  const std::vector<double> scores = {0.9, 0.9, 0.9, 0.1};
  const std::vector<std::uint32_t> labels = {1, 1, 1, 0}, truth = {1, 1, 0, 0};
  EXPECT_EQ(Of(problem, RealisedQuality(problem, {scores, labels, truth}), "business_value"),
            100 + 100 - 20 + 5);
  problem.worth_by_share = true;
  EXPECT_DOUBLE_EQ(Of(problem, RealisedQuality(problem, {scores, labels, truth}), "business_value"),
                   (100 + 100 - 20) / 3.0 + 5);
  const std::vector<std::uint32_t> always = {1, 1, 1, 1};
  EXPECT_DOUBLE_EQ(Of(problem, RealisedQuality(problem, {scores, always, truth}), "business_value"),
                   40);
}

TEST(LabelMeasures, KnowTheirRangeAndWhetherTheyGrow) {
  LabelProblem problem = kBinary;
  problem.worth = {1, 0, 0, 1};
  for (const LabelMeasure& m : MeasuresOf(problem)) {
    const bool cell = m.kind == LabelMeasureKind::kCell, worth = m.kind == LabelMeasureKind::kWorth;
    EXPECT_EQ(m.is_sum, cell || worth) << m.name;
    EXPECT_EQ(m.limits.lower, worth ? -INFINITY : 0) << m.name;
    EXPECT_EQ(m.limits.upper, cell || worth ? INFINITY : 1) << m.name;
  }
  problem.cells = CellScale::kShareOfAll;
  problem.worth_by_share = true;
  for (const LabelMeasure& m : MeasuresOf(problem)) EXPECT_FALSE(m.is_sum) << m.name;
  EXPECT_EQ(MeasuresOf(kThree).size(), 7U + 9);
}

TEST(LabelRows, AreRefusedWhenTheyDoNotFit) {
  const std::vector<double> two = {0.2, 0.7}, beyond = {0.2, 1.5}, nan = {0.2, std::nan("")};
  const std::vector<std::uint32_t> ok = {0, 1}, high = {0, 2}, one = {1};
  EXPECT_TRUE(CheckRows(kBinary, {two, ok, ok}, true).ok());
  EXPECT_TRUE(CheckRows(kBinary, {two, ok}, false).ok());
  EXPECT_FALSE(CheckRows(kBinary, {two, ok}, true).ok());
  EXPECT_FALSE(CheckRows(kBinary, {}, false).ok());
  EXPECT_FALSE(CheckRows(kBinary, {beyond, ok}, false).ok());
  EXPECT_FALSE(CheckRows(kBinary, {nan, ok}, false).ok());
  EXPECT_FALSE(CheckRows(kBinary, {two, high}, false).ok());
  EXPECT_FALSE(CheckRows(kBinary, {two, ok, high}, true).ok());
  EXPECT_FALSE(CheckRows(kBinary, {two, one}, false).ok());
  EXPECT_FALSE(CheckRows(kThree, {two, ok}, false).ok());
  EXPECT_FALSE(CheckProblem({.classes = {"a"}}).ok());
  EXPECT_FALSE(CheckProblem({.classes = {"a", "b"}, .worth = {1, 2, 3}}).ok());
  EXPECT_FALSE(CheckProblem({.classes = {"a", "b"}, .worth = {1, 2, 3, INFINITY}}).ok());
}

// A probability of each of two classes, which add up to one, is one probability written twice:
// cells and what follows from all of them are the same, rates are means over both classes.
TEST(ExpectedQuality, TwoScoresOfTwoClassesAreOneWrittenTwice) {
  Rng rng(8);
  std::vector<double> one(400), two;
  std::vector<std::uint32_t> labels(400), truth(400);
  for (std::size_t i = 0; i < one.size(); ++i) {
    one[i] = rng.Uniform();
    two.insert(two.end(), {1 - one[i], one[i]});
    labels[i] = one[i] > 0.5 ? 1 : 0;
    truth[i] = rng.Uniform() < one[i] ? 1 : 0;
  }
  const LabelProblem each{.classes = {"no", "yes"}, .score_each = true};
  ASSERT_TRUE(CheckProblem(each).ok());
  ASSERT_TRUE(CheckRows(each, {two, labels, truth}, true).ok());
  EXPECT_FALSE(CheckRows(each, {one, labels, truth}, true).ok());
  for (const bool expected : {true, false}) {
    const auto binary = expected ? ExpectedQuality(kBinary, {one, labels}, one)
                                 : RealisedQuality(kBinary, {one, labels, truth});
    const auto classes = expected ? ExpectedQuality(each, {two, labels}, two)
                                  : RealisedQuality(each, {two, labels, truth});
    EXPECT_NEAR(Of(kBinary, binary, "accuracy"), Of(each, classes, "accuracy"), 1e-12);
    EXPECT_NEAR(Of(kBinary, binary, "roc_auc"), Of(each, classes, "roc_auc"), 1e-6);
    EXPECT_NEAR(Of(kBinary, binary, "true_positive"), Of(each, classes, "true_yes_pred_yes"), 1e-9);
    EXPECT_NEAR(Of(kBinary, binary, "false_positive"), Of(each, classes, "true_no_pred_yes"), 1e-9);
    EXPECT_NEAR((Of(kBinary, binary, "recall") + Of(kBinary, binary, "specificity")) / 2,
                Of(each, classes, "recall"), 1e-12);
  }
  LabelProblem three = kThree;
  three.score_each = true;
  EXPECT_FALSE(CheckProblem(three).ok()) << "goes without saying";
}

}  // namespace
}  // namespace mooring::monitoring
