#include "monitoring/quality/reference_error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "data/stats/intervals/delong.h"

namespace mooring::monitoring {
namespace {

struct Drawn {
  std::vector<double> scores;
  std::vector<std::uint32_t> labels, truth;
  LabelRows rows() const { return {scores, labels, truth}; }
};

// P(yes) = score, label yes from 0.6.
Drawn Draw(Rng& rng, std::size_t n) {
  Drawn drawn;
  for (std::size_t i = 0; i < n; ++i) {
    drawn.scores.push_back(std::floor(rng.Uniform() * 1000) / 1000);
    drawn.labels.push_back(drawn.scores.back() > 0.6 ? 1 : 0);
    drawn.truth.push_back(rng.Uniform() < drawn.scores.back() ? 1 : 0);
  }
  return drawn;
}

const LabelProblem kProblem{.classes = {"no", "yes"}, .worth = {5, -20, -40, 100}};

// By hand: TP 3, FP 1, FN 2, TN 4.
TEST(ReferenceError, FollowsTheWrittenRules) {
  const std::vector<double> scores = {.9, .8, .7, .6, .4, .3, .35, .2, .1, .05};
  const std::vector<std::uint32_t> labels = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
  const std::vector<std::uint32_t> truth = {1, 1, 1, 0, 1, 1, 0, 0, 0, 0};
  const auto errors = ErrorsOfOneRow(kProblem, {scores, labels, truth});
  const auto measures = MeasuresOf(kProblem);
  const auto of = [&](std::string_view name) {
    const auto at = std::ranges::find(measures, name, &LabelMeasure::name);
    return errors[static_cast<std::size_t>(at - measures.begin())];
  };
  const auto share = [](double hits, double rows) {
    return std::sqrt(hits / rows * (1 - hits / rows) / (rows / 10));
  };
  EXPECT_NEAR(of("accuracy"), share(7, 10), 1e-15);
  EXPECT_NEAR(of("precision"), share(3, 4), 1e-15);
  EXPECT_NEAR(of("recall"), share(3, 5), 1e-15);
  EXPECT_NEAR(of("specificity"), share(4, 5), 1e-15);
  EXPECT_NEAR(of("f1"), 6 / 4.5 * share(3, 6), 1e-15);
  EXPECT_NEAR(of("true_positive"), share(3, 10), 1e-15);
  const double mean = (4 * 5 - 20 - 2 * 40 + 3 * 100) / 10.0;
  const auto square = [&](double x) { return (x - mean) * (x - mean); };
  EXPECT_NEAR(of("business_value"),
              std::sqrt((4 * square(5) + square(-20) + 2 * square(-40) + 3 * square(100)) / 10),
              1e-12);
}

// Of chunks of 200 rows, the deviation of each realised measure is the error it is said to have:
// for ROC-AUC and F1 by the rule kDelta only, as the header says.
TEST(ReferenceError, IsTheDeviationOfRealisedChunks) {
  Rng rng(31);
  const Drawn reference = Draw(rng, 20'000);
  const auto nannyml = ErrorsOfOneRow(kProblem, reference.rows());
  const auto delta = ErrorsOfOneRow(kProblem, reference.rows(), ErrorRule::kDelta);
  const auto measures = MeasuresOf(kProblem);
  std::vector<double> sums(measures.size()), squares(measures.size());
  constexpr int kChunks = 1500;
  for (int chunk = 0; chunk < kChunks; ++chunk) {
    const auto values = RealisedQuality(kProblem, Draw(rng, 200).rows());
    for (std::size_t m = 0; m < values.size(); ++m) {
      sums[m] += values[m] / kChunks;
      squares[m] += values[m] * values[m] / kChunks;
    }
  }
  for (std::size_t m = 0; m < measures.size(); ++m) {
    const double deviation = std::sqrt(squares[m] - sums[m] * sums[m]);
    const double ratio = SamplingError(measures[m], nannyml[m], 200) / deviation;
    EXPECT_NEAR(SamplingError(measures[m], delta[m], 200) / deviation, 1, 0.12) << measures[m].name;
    if (measures[m].kind == LabelMeasureKind::kRocAuc) {
      EXPECT_NEAR(ratio, 0.69, 0.06);
    } else if (measures[m].kind == LabelMeasureKind::kF1) {
      EXPECT_NEAR(ratio, 1.53, 0.12);
    } else {
      EXPECT_EQ(nannyml[m], delta[m]) << measures[m].name;
    }
  }
}

TEST(ReferenceError, OfSumsGrowsAndOfRatesFalls) {
  const LabelMeasure rate{.is_sum = false}, sum{.is_sum = true};
  EXPECT_EQ(SamplingError(rate, 2, 100), 0.2);
  EXPECT_EQ(SamplingError(sum, 2, 100), 20);
}

TEST(ReferenceError, DoesNotDependOnTheOrderOfTies) {
  Rng rng(5);
  Drawn drawn = Draw(rng, 500);
  for (double& score : drawn.scores) score = std::floor(score * 4) / 4;
  const auto errors = ErrorsOfOneRow(kProblem, drawn.rows());
  std::ranges::reverse(drawn.scores);
  std::ranges::reverse(drawn.labels);
  std::ranges::reverse(drawn.truth);
  const auto reversed = ErrorsOfOneRow(kProblem, drawn.rows());
  const auto measures = MeasuresOf(kProblem);
  for (std::size_t m = 0; m < errors.size(); ++m) {
    // The bootstrap draws by row, so its noise moves.
    const double close =
        measures[m].kind == LabelMeasureKind::kAveragePrecision ? 0.15 * errors[m] : 1e-9;
    EXPECT_NEAR(errors[m], reversed[m], close) << measures[m].name;
  }
}

}  // namespace
}  // namespace mooring::monitoring
