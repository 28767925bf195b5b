#include "monitoring/quality/quality_judge.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "monitoring/quality/quality_fixture.h"
#include "monitoring/quality/score_window.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;

QualityReference Baseline(const std::string& metric, double mean, double deviation) {
  return QualityReference::FromJson(
             fmt::format(R"({{"schema":1,"from":"holdout","rows":5000,"gap_deviation":0.01,)"
                         R"("calibration_error":0.02,"metrics":{{"{}":{{"mean":{},)"
                         R"("deviation":{}}}}},"cbpe":null}})",
                         metric, mean, deviation))
      .value();
}

// A window of 1,000 outcomes whose watched metric lies in [lower, upper].
QualityReport Window(const std::string& metric, double lower, double upper,
                     bool higher_is_better = false) {
  QualityReport report;
  report.model = "m";
  report.version = 1;
  report.rows = report.labelled = 1000;
  report.mature = true;
  report.task = "binary";
  report.metrics.push_back({.name = metric,
                            .value = (lower + upper) / 2,
                            .lower = lower,
                            .upper = upper,
                            .n = 1000,
                            .higher_is_better = higher_is_better});
  report.classes = {{.label = "not late", .support = 700}, {.label = "late", .support = 300}};
  return report;
}

struct Bounds {
  std::optional<double> warn, stop;
};

TEST(QualityJudge, IsWorseOnlyWhenTheKindEndOfTheIntervalIsBeyondTheBound) {
  struct Case {
    std::string metric;
    double mean, deviation;
    Bounds bounds;
    double lower, upper;
    bool higher_is_better;
    std::string verdict;
    Level level;
  };
  const Bounds none, both{0.1, 0.2};
  for (const Case& of : std::initializer_list<Case>{
           {"log_loss", 0.5, 0.02, none, 0.50, 0.60, false, "ok", Level::kClear},
           {"log_loss", 0.5, 0.02, none, 0.55, 0.90, false, "ok", Level::kClear},
           {"log_loss", 0.5, 0.02, none, 0.57, 0.60, false, "worse", Level::kAlert},
           {"log_loss", 0.5, 0.02, none, 0.10, 0.20, false, "ok", Level::kClear},
           {"log_loss", 0.5, 0.001, both, 0.52, 0.54, false, "ok", Level::kClear},
           {"log_loss", 0.5, 0.001, both, 0.56, 0.59, false, "worse", Level::kWarn},
           {"log_loss", 0.5, 0.001, both, 0.61, 0.70, false, "worse", Level::kAlert},
           {"log_loss", 0.5, 0.001, {0.1, {}}, 0.9, 1.0, false, "worse", Level::kWarn},
           {"log_loss", 0.5, 0.001, {{}, 0.2}, 0.56, 0.59, false, "ok", Level::kClear},
           {"log_loss", 0.5, 0.001, {{}, 0.2}, 0.61, 0.62, false, "worse", Level::kAlert},
           {"auc", 0.8, 0.01, none, 0.70, 0.76, true, "worse", Level::kAlert},
           {"auc", 0.8, 0.01, none, 0.70, 0.78, true, "ok", Level::kClear},
           {"auc", 0.8, 0.01, none, 0.90, 0.95, true, "ok", Level::kClear},
           {"auc", 0.8, 0.01, both, 0.65, 0.71, true, "worse", Level::kWarn},
           {"auc", 0.8, 0.01, both, 0.50, 0.63, true, "worse", Level::kAlert},
           {"brier", 0.2, 0.01, none, 0.9, 0.95, false, "ok", Level::kClear},  // no baseline of it
       }) {
    records::Contract contract = BinaryContract();
    contract.monitor.quality.metric = of.metric;
    contract.monitor.quality.warn = of.bounds.warn;
    contract.monitor.quality.stop = of.bounds.stop;
    const QualityReference reference =
        Baseline(of.metric == "brier" ? "log_loss" : of.metric, of.mean, of.deviation);
    QualityReport report = Window(of.metric, of.lower, of.upper, of.higher_is_better);
    JudgeQuality(PlanOf(contract), &reference, 0, report);
    EXPECT_EQ(report.verdict, of.verdict) << of.metric << " " << of.lower;
    EXPECT_EQ(report.metrics[0].level, of.level) << of.metric << " " << of.lower;
    ASSERT_EQ(report.findings.size(), of.verdict == "worse" ? 1U : 0U);
    if (report.findings.empty()) continue;
    const Finding& finding = report.findings[0];
    EXPECT_EQ(finding.kind, "quality");
    EXPECT_EQ(finding.n, 1000U);
    EXPECT_EQ(finding.threshold,
              of.level == Level::kAlert ? report.metrics[0].stop : report.metrics[0].warn);
    EXPECT_EQ(report.reason, finding.what);
    EXPECT_EQ(finding.help, "mooring monitor quality m --version 1");
  }
}

TEST(QualityJudge, SaysNothingBeforeThereIsEnough) {
  struct Case {
    std::uint64_t labelled, rarest;
    bool mature;
    const char* verdict;
  };
  for (const Case& of : {Case{199, 60, false, "waiting"}, Case{199, 60, true, "not_enough_data"},
                         Case{200, 29, true, "not_enough_data"}, Case{200, 29, false, "waiting"},
                         Case{200, 30, false, "worse"}, Case{0, 0, true, "not_enough_data"}}) {
    const QualityReference reference = Baseline("log_loss", 0.1, 0.01);
    QualityReport report = Window("log_loss", 0.8, 0.9);
    report.labelled = of.labelled;
    report.mature = of.mature;
    report.classes[1].support = of.rarest;
    JudgeQuality(PlanOf(BinaryContract()), &reference, 0, report);
    EXPECT_EQ(report.verdict, of.verdict) << of.labelled << " " << of.rarest;
    EXPECT_EQ(report.findings.empty(), report.verdict != "worse");
  }
}

TEST(QualityJudge, AMetricThatIsNotDefinedIsNeverOk) {
  const QualityReference reference = Baseline("log_loss", 0.5, 0.01);
  QualityReport report = Window("log_loss", std::nan(""), std::nan(""));
  JudgeQuality(PlanOf(BinaryContract()), &reference, 0, report);
  EXPECT_EQ(report.verdict, "not_enough_data");
  EXPECT_EQ(report.reason, "log_loss is not defined on this window");
  report = Window("accuracy", 0.8, 0.9, true);  // asked for what the task does not have
  JudgeQuality(PlanOf(BinaryContract()), &reference, 0, report);
  EXPECT_EQ(report.verdict, "not_enough_data");
}

TEST(QualityJudge, WithoutAReferenceThereIsNothingToBeWorseThan) {
  QualityReport report = Window("log_loss", 8, 9);
  JudgeQuality(PlanOf(BinaryContract()), nullptr, 0, report);
  EXPECT_EQ(report.verdict, "ok");
  EXPECT_EQ(report.reason, "nothing to compare with yet");
}

TEST(QualityJudge, AGapMustStayToBeConceptDrift) {
  struct Case {
    double errors;  // of the gap, in standard errors
    std::uint32_t before;
    std::uint32_t beyond;
    Level level;
  };
  for (const Case& of :
       {Case{2.9, 5, 0, Level::kClear}, Case{3.1, 0, 1, Level::kHold},
        Case{3.1, 1, 2, Level::kHold}, Case{3.1, 2, 3, Level::kAlert},
        Case{5.1, 0, 1, Level::kHold}, Case{5.1, 1, 2, Level::kAlert},
        Case{-3.1, 2, 3, Level::kAlert}, Case{std::nan(""), 2, 0, Level::kClear}}) {
    const QualityReference reference = Baseline("log_loss", 0.5, 0.1);
    QualityReport report = Window("log_loss", 0.5, 0.6);
    report.gap = {
        .metric = "log_loss", .estimated = 0.5, .realised = 0.5 + of.errors * 0.01, .error = 0.01};
    JudgeQuality(PlanOf(BinaryContract()), &reference, of.before, report);
    EXPECT_EQ(report.gap.windows_beyond, of.beyond) << of.errors << " " << of.before;
    EXPECT_EQ(report.gap.level, of.level) << of.errors << " " << of.before;
    ASSERT_EQ(report.findings.size(), of.beyond == 0 ? 0U : 1U);
    if (of.beyond == 0) continue;
    EXPECT_EQ(report.findings[0].kind, "concept_drift");
    EXPECT_EQ(report.findings[0].certain, of.level == Level::kAlert);
    EXPECT_NEAR(report.findings[0].value, of.errors, 1e-9);
  }
}

TEST(QualityJudge, AGapOfTheOutcomesThatCameFirstSaysNothingYet) {
  const QualityReference reference = Baseline("log_loss", 0.5, 0.1);
  for (const bool complete : {false, true}) {
    QualityReport report = Window("log_loss", 0.5, 0.6);
    report.mature = false;
    report.labelled = complete ? 1000 : 900;
    report.gap = {.metric = "log_loss", .estimated = 0.5, .realised = 0.6, .error = 0.01};
    JudgeQuality(PlanOf(BinaryContract()), &reference, 2, report);
    EXPECT_EQ(report.gap.windows_beyond, complete ? 3U : 0U);
  }
}

TEST(QualityJudge, ScoresThatPromiseWhatDoesNotComeAreACalibrationFinding) {
  const auto reference = LearnBinary(HonestRows(5000, 1));
  ASSERT_TRUE(reference.ok());
  const QualityPlan plan = PlanOf(BinaryContract());
  const auto findings = [&](const QualityRows& rows) {
    QualityReport report;
    report.mature = true;
    ScoreWindow(plan, &*reference, rows, report);
    JudgeQuality(plan, &*reference, 0, report);
    std::size_t of_calibration = 0;
    for (const Finding& finding : report.findings) {
      of_calibration += finding.kind == "calibration" ? 1 : 0;
    }
    EXPECT_EQ(report.calibration.reference_error, reference->calibration_error());
    EXPECT_EQ(report.calibration.level, of_calibration == 0 ? Level::kClear : Level::kWarn);
    return of_calibration;
  };
  std::size_t false_alarms = 0, found = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    // Few rows stray far from what they promise by chance alone: 8 points of calibration error.
    false_alarms += findings(HonestRows(250, seed));
    QualityRows bold = HonestRows(1000, seed);
    for (double& score : bold.scores) score = score < 0.5 ? score / 3 : 1 - (1 - score) / 3;
    found += findings(bold);
  }
  EXPECT_LE(false_alarms, 2U);
  EXPECT_GE(found, 99U);
}

TEST(QualityJudge, ThreeSlicesAtMostAreToldOf) {
  QualityReport report = Window("log_loss", 0.5, 0.6);
  for (int i = 0; i < 5; ++i) {
    report.slices.push_back(
        {.slice = "s" + std::to_string(i), .n = 50, .loss = 2, .rest_loss = 1, .q_value = 0.001});
  }
  QualityReport as_they_are = report;
  JudgeQuality(PlanOf(BinaryContract()), nullptr, 0, as_they_are);
  EXPECT_TRUE(as_they_are.findings.empty());  // some slices are harder than others at all times
  report.slices_beyond_expected = true;
  report.slices.insert(
      report.slices.begin(),
      {.slice = "named, and chance alone", .n = 50, .loss = 2, .rest_loss = 1, .q_value = 0.2});
  report.slices[5].rest_loss = 1.99;  // sure, and no matter
  JudgeQuality(PlanOf(BinaryContract()), nullptr, 0, report);
  ASSERT_EQ(report.findings.size(), 3U);
  EXPECT_EQ(report.findings[2].subject, "s2");
  EXPECT_EQ(report.findings[0].p_value, 0.001);
  EXPECT_EQ(report.slices[0].level, Level::kClear);
  EXPECT_EQ(report.slices[3].level, Level::kWarn);
  EXPECT_EQ(report.slices[4].level, Level::kClear);
}

TEST(QualityJudge, EstimatesAreShownAndToldOfWhenTheContractWantsThem) {
  for (const bool wanted : {false, true}) {
    for (const std::uint64_t n : {199U, 200U}) {
      records::Contract contract = BinaryContract();
      contract.monitor.quality.estimate = wanted;
      QualityReport report = Window("log_loss", 0.5, 0.6);
      report.labelled = 0;
      report.mature = false;
      report.estimates.push_back({.name = "roc_auc",
                                  .value = 0.6,
                                  .warn = 0.7,
                                  .stop = 0.9,
                                  .n = n,
                                  .estimate = true,
                                  .level = Level::kWarn});
      JudgeQuality(PlanOf(contract), nullptr, 0, report);
      EXPECT_EQ(report.verdict, "waiting");
      EXPECT_EQ(report.estimates.size(), wanted ? 1U : 0U);
      ASSERT_EQ(report.findings.size(), wanted && n == 200 ? 1U : 0U);
      if (report.findings.empty()) continue;
      EXPECT_EQ(report.findings[0].kind, "estimate");
      EXPECT_EQ(report.findings[0].threshold, 0.7);
    }
  }
}

TEST(QualityJudge, TellsWhatItCost) {
  const QualityReference reference = Baseline("log_loss", 0.1, 0.01);
  QualityReport report = Window("log_loss", 0.8, 0.9);
  report.business.push_back({.name = "effect", .value = -2.5, .n = 1000});
  JudgeQuality(PlanOf(BinaryContract()), &reference, 0, report);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].cost, "-2.5 a decision, -2500 in this window");
  EXPECT_TRUE(std::isnan(GapErrors(ConceptGap())));
}

}  // namespace
}  // namespace mooring::monitoring
