#include "data/stats/metrics/binary_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "data/stats/metrics/metric_vectors.h"

namespace mooring::data {
namespace {

constexpr double kClose = 1e-12;

// NaN stands for a refusal.
void ExpectSame(const Result<double>& ours, double theirs, const char* what) {
  if (std::isnan(theirs)) {
    EXPECT_FALSE(ours.ok()) << what;
  } else {
    ASSERT_TRUE(ours.ok()) << what << ours.error().ToString();
    EXPECT_NEAR(*ours, theirs, kClose * std::max(1.0, std::abs(theirs))) << what;
  }
}

// scikit-learn 1.2.1 on rows that both sides draw alike (tools/golden/metric_vectors.py).
TEST(BinaryMetrics, EqualScikitLearnOnDrawnRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/metrics.json");
  const Json::Array& records = *vectors.GetArray("binary").value();
  ASSERT_EQ(records.size(), 18U);
  for (const Json& record : records) {
    SCOPED_TRACE("seed " + std::to_string(record.GetUint("seed").value()));
    const DrawnRows drawn = DrawBinary(record);
    const ScoredLabels rows{drawn.scores, drawn.truth, drawn.weights};
    ExpectSame(RocAuc(rows), NumberAt(record, "roc_auc"), "auc");
    ExpectSame(AveragePrecision(rows), NumberAt(record, "average_precision"), "ap");
    ExpectSame(KsOfScores(rows), NumberAt(record, "ks"), "ks");
    ExpectSame(LogLoss(rows), NumberAt(record, "log_loss"), "log loss");
    ExpectSame(Brier(rows), NumberAt(record, "brier"), "brier");
    const BinaryCells cells = CellsAt(rows, 0.5).value();
    EXPECT_NEAR(Accuracy(cells), NumberAt(record, "accuracy"), kClose);
    EXPECT_NEAR(Precision(cells), NumberAt(record, "precision"), kClose);
    EXPECT_NEAR(Recall(cells), NumberAt(record, "recall"), kClose);
    EXPECT_NEAR(FBeta(cells, 2), NumberAt(record, "f2"), kClose);
    EXPECT_NEAR(BalancedAccuracy(cells), NumberAt(record, "balanced"), kClose);
    EXPECT_NEAR(Matthews(cells), NumberAt(record, "mcc"), kClose);
    if (const double kappa = NumberAt(record, "kappa"); std::isnan(kappa)) {
      EXPECT_TRUE(std::isnan(Kappa(cells)));
    } else {
      EXPECT_NEAR(Kappa(cells), kappa, kClose);
    }
  }
}

// scikit-learn 1.2.1 on stored rows.
TEST(BinaryMetrics, EqualScikitLearnOnStoredRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  const Json::Array& records = *vectors.GetArray("binary_scores").value();
  ASSERT_EQ(records.size(), 5U);
  for (const Json& record : records) {
    const auto scores = NumbersAt(record, "p");
    const auto truth = WholesAt<std::uint8_t>(record, "y");
    const ScoredLabels rows{scores, truth};
    ExpectSame(RocAuc(rows), NumberAt(record, "roc_auc"), "auc");
    ExpectSame(AveragePrecision(rows), NumberAt(record, "average_precision"), "ap");
    ExpectSame(KsOfScores(rows), NumberAt(record, "ks"), "ks");
    ExpectSame(LogLoss(rows), NumberAt(record, "log_loss"), "log loss");
    ExpectSame(Brier(rows), NumberAt(record, "brier"), "brier");
    const BinaryCells cells = CellsAt(rows, 0.5).value();
    EXPECT_NEAR(FBeta(cells, 1), NumberAt(record, "f1"), kClose);
    EXPECT_NEAR(Matthews(cells), NumberAt(record, "mcc"), kClose);
    EXPECT_NEAR(Kappa(cells), NumberAt(record, "kappa"), kClose);
    EXPECT_NEAR(BalancedAccuracy(cells), NumberAt(record, "balanced_accuracy"), kClose);
    const auto table = record.GetArray("confusion").value();
    EXPECT_EQ(cells.true_negative, NumbersOf((*table)[0])[0]);
    EXPECT_EQ(cells.false_positive, NumbersOf((*table)[0])[1]);
    EXPECT_EQ(cells.false_negative, NumbersOf((*table)[1])[0]);
    EXPECT_EQ(cells.true_positive, NumbersOf((*table)[1])[1]);
  }
}

TEST(BinaryMetrics, EqualScikitLearnInCorners) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  const Json& corner = *vectors.Get("binary_corner").value();
  const std::vector<double> certain = {0, 1, 0}, tied = {0.5, 0.5, 0.5, 0.5};
  const std::vector<std::uint8_t> hit = {0, 1, 1}, half = {0, 1, 1, 0}, ones = {1, 1, 1};
  EXPECT_NEAR(LogLoss({certain, hit}).value(), NumberAt(corner, "log_loss_of_certain_error"),
              kClose);
  const auto all_tied = NumbersAt(corner, "all_tied");
  EXPECT_EQ(RocAuc({tied, half}).value(), all_tied[0]);
  EXPECT_EQ(AveragePrecision({tied, half}).value(), all_tied[1]);
  EXPECT_EQ(RocAuc({certain, ones}).error().code(), Code::kInvalidArgument);
  const BinaryCells none{.false_negative = 1, .true_negative = 1};
  EXPECT_EQ(Precision(none), 0);
  EXPECT_EQ(FBeta(none, 1), 0);
  EXPECT_EQ(Matthews(none), 0);
}

TEST(BinaryMetrics, DoNotDependOnTheOrderOfRowsOrARisingChangeOfScale) {
  Rng rng(3);
  std::vector<double> scores(700);
  std::vector<std::uint8_t> truth(700);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = std::floor(rng.Uniform() * 20) / 20;
    truth[i] = rng.Uniform() < scores[i] ? 1 : 0;
  }
  const double auc = RocAuc({scores, truth}).value();
  const double ap = AveragePrecision({scores, truth}).value();
  std::vector<double> other(scores.rbegin(), scores.rend());
  const std::vector<std::uint8_t> other_truth(truth.rbegin(), truth.rend());
  EXPECT_EQ(RocAuc({other, other_truth}).value(), auc);
  EXPECT_EQ(AveragePrecision({other, other_truth}).value(), ap);
  for (double& x : other) x = 1e300 * (x - 0.3);
  EXPECT_EQ(RocAuc({other, other_truth}).value(), auc);
  for (double& x : other) x = -x;
  EXPECT_NEAR(RocAuc({other, other_truth}).value(), 1 - auc, 1e-15);
}

TEST(BinaryMetrics, WeightTwoIsTheRowTwice) {
  const std::vector<double> scores = {0.1, 0.4, 0.4, 0.8}, weights = {2, 1, 3, 0};
  const std::vector<std::uint8_t> truth = {0, 1, 0, 1};
  const std::vector<double> long_scores = {0.1, 0.1, 0.4, 0.4, 0.4, 0.4};
  const std::vector<std::uint8_t> long_truth = {0, 0, 1, 0, 0, 0};
  const ScoredLabels weighted{scores, truth, weights}, repeated{long_scores, long_truth};
  for (const auto metric : {RocAuc, AveragePrecision, KsOfScores, LogLoss, Brier}) {
    EXPECT_NEAR(metric(weighted).value(), metric(repeated).value(), 1e-15);
  }
}

TEST(BinaryMetrics, RefuseWhatMakesNoSense) {
  const std::vector<double> scores = {0.2, 0.7}, beyond = {0.2, 1.5}, nan = {0.2, std::nan("")};
  const std::vector<std::uint8_t> truth = {0, 1}, two = {0, 2}, one = {1};
  const std::vector<double> negative = {1, -1}, zero = {0, 0};
  for (const auto metric : {RocAuc, AveragePrecision, KsOfScores, LogLoss, Brier}) {
    EXPECT_FALSE(metric({{}, {}}).ok());
    EXPECT_FALSE(metric({nan, truth}).ok());
    EXPECT_FALSE(metric({scores, two}).ok());
    EXPECT_FALSE(metric({scores, one}).ok());
    EXPECT_FALSE(metric({scores, truth, negative}).ok());
    EXPECT_FALSE(metric({scores, truth, zero}).ok());
    EXPECT_TRUE(metric({scores, truth}).ok());
  }
  EXPECT_FALSE(LogLoss({beyond, truth}).ok());
  EXPECT_FALSE(Brier({beyond, truth}).ok());
  EXPECT_TRUE(RocAuc({beyond, truth}).ok());
  EXPECT_FALSE(CellsAt({scores, truth}, std::nan("")).ok());
}

// By hand: the two best rows are positive, then one of two equal ones.
TEST(LiftTable, SharesEqualScoresEvenly) {
  const std::vector<double> scores = {0.9, 0.8, 0.5, 0.5, 0.1, 0.0};
  const std::vector<std::uint8_t> truth = {1, 1, 1, 0, 0, 0};
  const auto table = LiftTable({scores, truth}, 2).value();
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table[0].rows, 3U);
  EXPECT_DOUBLE_EQ(table[0].positives, 2.5);
  EXPECT_DOUBLE_EQ(table[0].lift, (2.5 / 3) / 0.5);
  EXPECT_DOUBLE_EQ(table[0].gain, 2.5 / 3);
  EXPECT_DOUBLE_EQ(table[1].positives, 0.5);
  EXPECT_DOUBLE_EQ(table[1].mean_score, 0.2);
  EXPECT_DOUBLE_EQ(table[1].gain, 1);
  EXPECT_DOUBLE_EQ(table[1].cumulative_lift, 1);
}

TEST(LiftTable, CountsEveryRowOnce) {
  Rng rng(9);
  std::vector<double> scores(103);
  std::vector<std::uint8_t> truth(103);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = std::floor(rng.Uniform() * 7);
    truth[i] = rng.Uniform() < 0.3 ? 1 : 0;
  }
  const auto table = LiftTable({scores, truth}).value();
  ASSERT_EQ(table.size(), 10U);
  std::size_t rows = 0;
  double positives = 0;
  for (const LiftBin& bin : table) {
    EXPECT_TRUE(bin.rows == 10 || bin.rows == 11);
    rows += bin.rows;
    positives += bin.positives;
  }
  EXPECT_EQ(rows, 103U);
  EXPECT_NEAR(positives, std::accumulate(truth.begin(), truth.end(), 0), 1e-12);
  EXPECT_EQ(LiftTable({std::vector<double>{1, 2}, std::vector<std::uint8_t>{0, 1}})->size(), 2U);
  EXPECT_FALSE(LiftTable({std::vector<double>{1}, std::vector<std::uint8_t>{0}}).ok());
  EXPECT_FALSE(LiftTable({scores, truth}, 0).ok());
}

}  // namespace
}  // namespace mooring::data
