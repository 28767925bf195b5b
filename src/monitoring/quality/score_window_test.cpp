#include "monitoring/quality/score_window.h"

#include <gtest/gtest.h>

#include <map>

#include "monitoring/quality/losses.h"
#include "monitoring/quality/quality_fixture.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;
const double kNan = std::nan("");
constexpr double kZ = 1.959963984540054;

QualityReport Score(const QualityPlan& plan, const QualityRows& rows,
                    const QualityReference* reference = nullptr) {
  QualityReport report;
  ScoreWindow(plan, reference, rows, report);
  return report;
}

std::map<std::string, MetricValue> ByName(const QualityReport& report) {
  std::map<std::string, MetricValue> metrics;
  for (const MetricValue& metric : report.metrics) metrics[metric.name] = metric;
  return metrics;
}

void ExpectIntervals(const QualityReport& report) {
  EXPECT_FALSE(report.metrics.empty());
  for (const MetricValue& metric : report.metrics) {
    EXPECT_LE(metric.lower, metric.value) << metric.name;
    EXPECT_GE(metric.upper, metric.value) << metric.name;
    EXPECT_LT(metric.lower, metric.upper) << metric.name;
    EXPECT_LT(metric.upper - metric.lower, 0.5 * std::max(1.0, std::abs(metric.value)))
        << metric.name;
  }
}

// Wilson's interval, from its definition: the p whose score test does not deny the share.
void ExpectWilson(double right, double n, double lower, double upper) {
  for (const double p : {lower, upper}) {
    if (p <= 0 || p >= 1) continue;
    EXPECT_NEAR(std::abs(right / n - p), kZ * std::sqrt(p * (1 - p) / n), 1e-9);
  }
}

TEST(ScoreWindow, ABinaryWindowIsWhatIsCountedByHand) {
  QualityRows rows = HonestRows(1000, 3);
  for (std::size_t row = 0; row < 1000; row += 4) rows.truth[row] = kNan;
  rows.scores[1] = kNan;  // decided without the model
  rows.labelled = 750;
  for (std::size_t row = 0; row < 1000; ++row) rows.delay_s[row] = float(row);
  const QualityReport report = Score(PlanOf(BinaryContract()), rows);
  double cells[2][2] = {}, log_loss = 0, brier = 0, outranked = 0;
  std::vector<double> of_class[2];
  for (std::size_t row = 0; row < 1000; ++row) {
    if (!rows.known(row) || std::isnan(rows.scores[row])) continue;
    const double p = rows.scores[row], y = rows.truth[row];
    cells[y == 1][p >= 0.5] += 1;
    log_loss -= std::log(y == 1 ? p : 1 - p) / 749;
    brier += (p - y) * (p - y) / 749;
    of_class[y == 1].push_back(p);
  }
  for (const double a : of_class[1]) {
    for (const double b : of_class[0]) outranked += a > b ? 1 : a == b ? 0.5 : 0;
  }
  auto metrics = ByName(report);
  const double tp = cells[1][1], fp = cells[0][1], fn = cells[1][0], tn = cells[0][0];
  const std::map<std::string, double> expected = {
      {"log_loss", log_loss},
      {"brier", brier},
      {"auc", outranked / double(of_class[0].size() * of_class[1].size())},
      {"accuracy", (tp + tn) / 749},
      {"precision", tp / (tp + fp)},
      {"recall", tp / (tp + fn)},
      {"f1", 2 * tp / (2 * tp + fp + fn)},
      {"mcc", (tp * tn - fp * fn) / std::sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))}};
  ASSERT_EQ(metrics.size(), expected.size());
  for (const auto& [name, value] : expected) EXPECT_NEAR(metrics[name].value, value, 1e-9) << name;
  EXPECT_EQ(report.metrics[0].name, "log_loss") << "the watched one first";
  EXPECT_EQ(report.metrics[0].n, 749U);
  ExpectIntervals(report);
  ExpectWilson(tp + tn, 749, metrics["accuracy"].lower, metrics["accuracy"].upper);
  ExpectWilson(tp, tp + fp, metrics["precision"].lower, metrics["precision"].upper);
  EXPECT_EQ(report.confusion.labels, (std::vector<std::string>{"not late", "late"}));
  for (int a : {0, 1}) {
    for (int b : {0, 1}) EXPECT_EQ(report.confusion.counts[a][b], cells[a][b]);
  }
  EXPECT_EQ(report.classes[1].support, tp + fn);
  EXPECT_EQ(report.classes[0].predicted, tn + fn);
  EXPECT_NEAR(report.classes[0].precision, tn / (tn + fn), 1e-12);
  ExpectWilson(tn, tn + fp, report.classes[0].recall_lower, report.classes[0].recall_upper);
  EXPECT_NEAR(report.classes[0].f1, 2 * tn / (2 * tn + fp + fn), 1e-12);
  EXPECT_EQ(report.delay_p50_s, 499);
  EXPECT_EQ(report.labelled, 750U);
  EXPECT_EQ(report.task, "binary");
}

TEST(ScoreWindow, CalibrationIsWhatTheBinsSay) {
  const QualityRows rows = HonestRows(1000, 8);
  const QualityReport report = Score(PlanOf(BinaryContract()), rows);
  ASSERT_EQ(report.calibration.bins.size(), 10U);
  double error = 0;
  for (const ReliabilityBin& bin : report.calibration.bins) {
    EXPECT_EQ(bin.n, 100U);
    error += 0.1 * std::abs(bin.predicted - bin.observed);
  }
  EXPECT_NEAR(report.calibration.error, error, 1e-12);
  EXPECT_NEAR(report.calibration.slope, 1, 0.2);
  EXPECT_NEAR(report.calibration.intercept, 0, 0.2);
}

TEST(ScoreWindow, AnAccuracyThatHidesARareClassIsSeenThrough) {
  std::vector<double> truth(1000, 0);
  for (std::size_t row = 0; row < 50; ++row) truth[row * 20] = 1;
  const QualityReport report =
      Score(PlanOf(BinaryContract()), RowsOf(std::vector<double>(1000, 0.05), truth));
  auto metrics = ByName(report);
  EXPECT_EQ(metrics["accuracy"].value, 0.95);
  ASSERT_EQ(report.classes.size(), 2U);
  EXPECT_EQ(report.classes[1].label, "late");
  EXPECT_EQ(report.classes[1].support, 50U);
  EXPECT_EQ(report.classes[1].recall, 0);
  EXPECT_LT(report.classes[1].recall_upper, 0.08);
  EXPECT_TRUE(std::isnan(report.classes[1].precision)) << "it was never said";
  EXPECT_EQ(report.confusion.counts[1][0], 50U);
  EXPECT_EQ(metrics["recall"].value, 0);
  EXPECT_EQ(metrics["mcc"].value, 0);
}

TEST(ScoreWindow, SeveralClassesAreCountedEach) {
  Rng rng(4);
  std::vector<double> scores, truth;
  std::uint64_t right = 0;
  for (int row = 0; row < 900; ++row) {
    const double a = rng.Uniform(), b = rng.Uniform(), c = rng.Uniform(), sum = a + b + c;
    scores.insert(scores.end(), {a / sum, b / sum, c / sum});
    const std::size_t most = a > b && a > c ? 0 : b > c ? 1 : 2;
    truth.push_back(double(rng.Below(4) == 0 ? rng.Below(3) : most));
    right += truth.back() == double(most) ? 1 : 0;
  }
  const QualityPlan plan = PlanOf(ContractOf(Task::kMulticlass), {"a", "b", "c"});
  const QualityReport report = Score(plan, RowsOf(scores, truth, 3));
  auto metrics = ByName(report);
  ASSERT_EQ(metrics.size(), 7U);
  ExpectIntervals(report);
  EXPECT_NEAR(metrics["accuracy"].value, double(right) / 900, 1e-12);
  std::uint64_t on_diagonal = 0, all = 0;
  double f1 = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    on_diagonal += report.confusion.counts[k][k];
    for (std::size_t j = 0; j < 3; ++j) all += report.confusion.counts[k][j];
    f1 += report.classes[k].f1 / 3;
  }
  EXPECT_EQ(on_diagonal, right);
  EXPECT_EQ(all, 900U);
  EXPECT_NEAR(metrics["f1"].value, f1, 1e-12);
  EXPECT_TRUE(report.calibration.bins.empty());
}

TEST(ScoreWindow, TwoClassesWithAScoreEachAreEstimatedAndTheirGapIsSeen) {
  const auto reference =
      QualityReference::Learn(Task::kMulticlass, {"a", "b"}, true, TwoScores(5000, 1), "holdout");
  ASSERT_TRUE(reference.ok());
  const QualityPlan plan = PlanOf(ContractOf(Task::kMulticlass), {"a", "b"});
  QualityRows rows = TwoScores(2000, 2);
  const QualityReport honest = Score(plan, rows, &*reference);
  ASSERT_FALSE(honest.estimates.empty());
  auto realised = ByName(honest);
  for (const MetricValue& estimate : honest.estimates) {
    EXPECT_TRUE(estimate.estimate);
    EXPECT_EQ(estimate.level, Level::kClear) << estimate.name;
    const auto found = realised.find(estimate.name);
    if (found == realised.end()) continue;
    EXPECT_NEAR(estimate.value, found->second.value, 0.03) << estimate.name;
  }
  EXPECT_LT(std::abs(honest.gap.realised - honest.gap.estimated), 3 * honest.gap.error);
  // The concept turns round: what is estimated stays, what happens does not.
  for (double& truth : rows.truth) truth = 1 - truth;
  const QualityReport turned = Score(plan, rows, &*reference);
  EXPECT_EQ(turned.estimates[0].value, honest.estimates[0].value);
  EXPECT_GT(turned.gap.realised - turned.gap.estimated, 10 * turned.gap.error);
}

TEST(ScoreWindow, OfPlacesOfClassesThoseThatOccurAreShown) {
  const QualityPlan plan = PlanOf(ContractOf(Task::kMulticlass));
  const QualityReport report = Score(plan, RowsOf({3, 3, 60, 5}, {3, 5, 60, 5}));
  EXPECT_EQ(report.confusion.labels, (std::vector<std::string>{"3", "5", "60"}));
  EXPECT_EQ(report.confusion.counts[1], (std::vector<std::uint64_t>{1, 1, 0}));
  EXPECT_EQ(report.metrics[0].name, "accuracy");
  EXPECT_EQ(report.metrics[0].value, 0.75);
}

TEST(ScoreWindow, ANumberIsMeasuredWithIntervals) {
  // The truth is far from zero: sums of squares must not cancel. More rows than are drawn alone.
  for (const double offset : {0.0, 1e6}) {
    Rng rng(6);
    std::vector<double> scores, truth;
    double mae = 0, mse = 0, bias = 0, size = 0, mean = 0, around = 0;
    const double n = 5000;
    for (int row = 0; row < 5000; ++row) {
      truth.push_back(offset + 10 * rng.Uniform());
      scores.push_back(truth.back() + rng.Uniform() - 0.25);
      const double e = scores.back() - truth.back();
      mae += std::abs(e) / n;
      mse += e * e / n;
      bias += e / n;
      size += std::abs(truth.back()) / n;
      mean += truth.back() / n;
    }
    for (const double y : truth) around += (y - mean) * (y - mean) / n;
    const QualityReport report =
        Score(PlanOf(ContractOf(Task::kRegression)), RowsOf(scores, truth));
    auto metrics = ByName(report);
    ASSERT_EQ(metrics.size(), 6U);
    EXPECT_EQ(report.metrics[0].name, "mae");
    EXPECT_NEAR(metrics["mae"].value, mae, 1e-9);
    EXPECT_NEAR(metrics["rmse"].value, std::sqrt(mse), 1e-9);
    EXPECT_NEAR(metrics["bias"].value, bias, 1e-9);
    EXPECT_NEAR(metrics["wape"].value, mae / size, 1e-9);
    EXPECT_NEAR(metrics["r2"].value, 1 - mse / around, 1e-7);
    for (const char* name : {"mae", "rmse", "bias", "wape", "r2", "mape"}) {
      EXPECT_LT(metrics[name].lower, metrics[name].value) << name;
      EXPECT_GT(metrics[name].upper, metrics[name].value) << name;
    }
    // R² of the truth's scale; its error is about that of mse / around.
    EXPECT_NEAR(metrics["r2"].upper - metrics["r2"].lower, 0.0012, 0.0006) << offset;
    EXPECT_TRUE(report.classes.empty());
  }
}

TEST(ScoreWindow, TheIntervalOfAMeanHoldsTheTruthNineteenTimesInTwenty) {
  int held = 0, f1_held = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto metrics = ByName(Score(PlanOf(BinaryContract()), HonestRows(300, seed)));
    // Of p uniform on (0.05, 0.95): E[p (1 - p)] = 1/4 - 0.9²/12.
    const double brier = 0.25 - 0.81 / 12;
    held += metrics["brier"].lower <= brier && brier <= metrics["brier"].upper ? 1 : 0;
    // Said from one half on; of those p is 0.725 on average, and so is recall: both halves are
    // alike. F1 is the same then.
    f1_held += metrics["f1"].lower <= 0.725 && 0.725 <= metrics["f1"].upper ? 1 : 0;
  }
  EXPECT_GE(held, 180);
  EXPECT_GE(f1_held, 180);
}

TEST(ScoreWindow, FewRowsOneClassAndMissingScoresAreNoFailure) {
  for (const Task task : {Task::kBinary, Task::kMulticlass, Task::kRegression}) {
    const QualityPlan plan = PlanOf(ContractOf(task));
    for (const QualityRows& rows :
         {RowsOf({}, {}), RowsOf({0.5}, {kNan}), RowsOf({kNan}, {1}), RowsOf({0}, {1}),
          RowsOf({1, 1}, {1, 1}), RowsOf({0, 1, kNan}, {1, 0, 1}), RowsOf({7, -7}, {1, 0}),
          RowsOf({1e308, -1e308, 0}, {0, 1, 1})}) {
      const QualityReport report = Score(plan, rows);
      EXPECT_EQ(report.rows, rows.rows());
      EXPECT_EQ(QualityFromStored(ToStored(report)).ok(), true);
      for (const MetricValue& metric : report.metrics) {
        EXPECT_FALSE(metric.lower > metric.value) << metric.name;
        EXPECT_FALSE(metric.upper < metric.value) << metric.name;
      }
    }
  }
}

TEST(ScoreWindow, MeasuresOfTheBusinessHaveIntervalsToo) {
  records::Contract contract = BinaryContract();
  contract.monitor.quality.business = {{"margin", "100 - 150 * late", true}};
  const Decided none = Decide(contract, {});
  const QualityPlan plan(ReferenceOf(contract), none.Block());
  QualityRows rows = HonestRows(400, 2);
  rows.read_columns = plan.NewRows().read_columns;
  rows.read.assign(400 * rows.read_columns, 0);
  const QualityReport report = Score(plan, rows);
  double late = 0;
  for (const double truth : rows.truth) late += truth;
  ASSERT_EQ(report.business.size(), 1U);
  EXPECT_NEAR(report.business[0].value, 100 - 150 * late / 400, 1e-9);
  EXPECT_EQ(report.business[0].n, 400U);
  EXPECT_LT(report.business[0].lower, report.business[0].value);
}

TEST(ScoreWindow, TheEstimateStaysAndRealityGoesWhereTheConceptChanges) {
  const auto reference = LearnBinary(HonestRows(5000, 1));
  ASSERT_TRUE(reference.ok());
  const QualityPlan plan = PlanOf(BinaryContract());
  QualityRows rows = HonestRows(1000, 2);
  const QualityReport usual = Score(plan, rows, &*reference);
  EXPECT_LT(std::abs(usual.gap.realised - usual.gap.estimated), 3 * usual.gap.error);
  EXPECT_EQ(usual.gap.metric, "log_loss");
  ASSERT_FALSE(usual.estimates.empty());
  for (const MetricValue& estimate : usual.estimates) {
    EXPECT_TRUE(estimate.estimate);
    EXPECT_EQ(estimate.level, Level::kClear) << estimate.name;
    EXPECT_FALSE(estimate.name.starts_with("true_")) << "cells grow with the rows";
  }
  EXPECT_NEAR(usual.metrics[0].reference, 0.5, 0.1);
  for (double& truth : rows.truth) truth = 1 - truth;
  const QualityReport changed = Score(plan, rows, &*reference);
  EXPECT_EQ(changed.estimates[0].value, usual.estimates[0].value) << "blind to it";
  EXPECT_EQ(changed.gap.estimated, usual.gap.estimated);
  EXPECT_GT((changed.gap.realised - changed.gap.estimated) / changed.gap.error, 5);
  // The same from plain sums: of the losses less what was expected of them.
  const LossRule rule{.task = Task::kBinary, .classes = 2, .probabilities = true};
  const auto losses = LossesOf(rule, rows);
  const auto expected = ExpectedLossesOf(rule, *reference->cbpe(), rows).value();
  double mean = 0, variance = 0;
  for (std::size_t i = 0; i < 1000; ++i) mean += (losses[i] - expected[i]) / 1000;
  for (std::size_t i = 0; i < 1000; ++i) {
    variance += (losses[i] - expected[i] - mean) * (losses[i] - expected[i] - mean) / 1000;
  }
  EXPECT_NEAR(changed.gap.realised - changed.gap.estimated, mean, 1e-9);
  EXPECT_NEAR(changed.gap.error,
              std::sqrt(variance / 1000 + reference->gap_deviation() * reference->gap_deviation()),
              1e-9);
}

TEST(ScoreWindow, WatchesWhatTheContractSaysOrTheTaskDoes) {
  EXPECT_EQ(WatchedMetric(PlanOf(BinaryContract())), "log_loss");
  EXPECT_EQ(WatchedMetric(PlanOf(ContractOf(Task::kMulticlass))), "accuracy");
  EXPECT_EQ(WatchedMetric(PlanOf(ContractOf(Task::kRegression))), "mae");
  records::Contract contract = ContractOf(Task::kRegression);
  contract.monitor.quality.metric = "rmse";
  EXPECT_EQ(Score(PlanOf(contract), RowsOf({1, 2}, {1, 1})).metrics[0].name, "rmse");
}

}  // namespace
}  // namespace mooring::monitoring
