#include "monitoring/report/summary.h"

#include <gtest/gtest.h>

#include "monitoring/report/report_examples.h"

namespace mooring::monitoring {
namespace {

ReportInput DriftOnly(int hour) {
  ReportInput input;
  input.facts.model = "flight-cover";
  input.drift = ExampleWindow(hour);
  return input;
}

TEST(Summary, SaysDriftInASentenceWithoutStatistics) {
  const Summary summary = Summarise(DriftOnly(30));
  EXPECT_EQ(summary.tone, Summary::Tone::kBad);
  EXPECT_EQ(summary.word, "● DRIFT");
  EXPECT_EQ(summary.sentence,
            "What flight-cover sees has changed: 1 of 3 features is no longer like the data it was "
            "trained on, most of all distance.");
  EXPECT_EQ(summary.what, "distance moved up by 0.52 deviations");
  EXPECT_EQ(summary.how_big, "psi_adjusted 0.43; the bound is 0.2");
  EXPECT_EQ(summary.how_sure, "q = 4.0e-06 over 4 features, 700 rows");
  EXPECT_EQ(summary.cost, "about 1,240.00 USD a day");
  EXPECT_EQ(summary.help, "mooring route rollback flight-cover --reason 'distance drifted'");
}

TEST(Summary, KnowsTheFarthestFeatureWithoutFindings) {
  ReportInput input = DriftOnly(30);
  input.drift->findings.clear();
  const Summary summary = Summarise(input);
  EXPECT_EQ(summary.what, "distance: adjusted PSI 0.430 > 0.2");
  EXPECT_EQ(summary.how_big,
            "the farthest is distance: adjusted PSI 0.43; the bound is 0.2; mean 812.4, it was "
            "731.5");
  EXPECT_EQ(summary.how_sure, "q = 4.0e-06 over 4 features, 990 rows");
  EXPECT_EQ(summary.help, "mooring monitor drift flight-cover");
}

TEST(Summary, AllIsWell) {
  const Summary summary = Summarise(DriftOnly(2));
  EXPECT_EQ(summary.tone, Summary::Tone::kGood);
  EXPECT_EQ(summary.word, "✓ OK");
  EXPECT_EQ(summary.sentence,
            "What flight-cover sees is like the data it was trained on: none of 3 features has "
            "drifted.");
  EXPECT_EQ(summary.help, "");
}

TEST(Summary, TooFewRowsIsNoAllClear) {
  ReportInput input = DriftOnly(2);
  input.drift->verdict = WindowVerdict::kNotEnoughData;
  input.drift->reason = "150 rows, 200 are needed";
  const Summary summary = Summarise(input);
  EXPECT_EQ(summary.tone, Summary::Tone::kOpen);
  EXPECT_EQ(summary.word, "? NOT ENOUGH DATA");
  EXPECT_NE(summary.sentence.find("This is not an all-clear."), std::string::npos);
}

TEST(Summary, TheScoreAloneIsDriftToo) {
  ReportInput input = DriftOnly(30);
  for (FeatureDrift& feature : input.drift->features) {
    feature.drifted = feature.feature == kScoreColumn;
  }
  EXPECT_EQ(Summarise(input).sentence,
            "The scores of flight-cover have shifted although no single input has drifted.");
}

TEST(Summary, AClassAloneIsDriftOfTheScores) {
  ReportInput input = DriftOnly(30);
  for (FeatureDrift& feature : input.drift->features) feature.drifted = false;
  FeatureDrift one;
  one.feature = "output:late";
  one.drifted = true;
  input.drift->features.push_back(one);
  EXPECT_EQ(Summarise(input).sentence,
            "The scores of flight-cover have shifted although no single input has drifted.");
  EXPECT_EQ(CountDrift(*input.drift).inputs, CountDrift(*DriftOnly(30).drift).inputs);
}

Finding Missing(Level level) {
  return {.kind = "missing",
          .subject = "fare",
          .level = level,
          .what = "30.0 % of fare is missing; it was 0.0 %"};
}

TEST(Summary, AnAlertIsNeverOkThoughNothingDrifted) {
  ReportInput input = DriftOnly(2);
  input.drift->findings = {Missing(Level::kWarn)};
  EXPECT_EQ(RunVerdict(input), "ok");
  input.drift->findings.push_back(Missing(Level::kAlert));
  EXPECT_EQ(RunVerdict(input), "alert");
  const Summary summary = Summarise(input);
  EXPECT_EQ(summary.tone, Summary::Tone::kBad);
  EXPECT_EQ(summary.word, "● ALERT");
  EXPECT_TRUE(summary.sentence.ends_with(
      " But there is an alert: 30.0 % of fare is missing; it was 0.0 %."))
      << summary.sentence;
  EXPECT_EQ(summary.help, "mooring monitor drift flight-cover");
  input.drift->verdict = WindowVerdict::kNotEnoughData;
  EXPECT_EQ(RunVerdict(input), "alert");
  input.drift->verdict = WindowVerdict::kDrift;
  EXPECT_EQ(RunVerdict(input), "drift");
}

TEST(Summary, HowManyFeaturesMayDriftIsTheRulesToSay) {
  ReportInput input = DriftOnly(30);
  input.drift->verdict = WindowVerdict::kOk;  // one feature drifted, as many as may
  EXPECT_EQ(RunVerdict(input), "ok");
  EXPECT_FALSE(IsBad("ok") || IsBad("not_enough_data"));
  EXPECT_TRUE(IsBad("alert") && IsBad("drift") && IsBad("worse"));
  EXPECT_EQ(RunVerdict(ReportInput{}), "not_enough_data");
}

TEST(Summary, QualityComesFirstWhenItIsWorse) {
  const Summary summary = Summarise(ExampleInput());
  EXPECT_EQ(summary.word, "● WORSE, AND DRIFT");
  EXPECT_TRUE(summary.sentence.starts_with(
      "Decisions of flight-cover have become worse: log_loss is 0.47 (95 %: 0.44 … 0.5), it was "
      "0.36."))
      << summary.sentence;
  ReportInput waiting;
  waiting.facts.model = "m";
  waiting.quality = ExampleQuality(2);
  waiting.quality->verdict = "waiting";
  EXPECT_EQ(Summarise(waiting).sentence,
            "How good its decisions are is not known yet: 940 of 1,000 outcomes are here.");
}

TEST(Summary, WithoutAReferenceQualityIsNotKnown) {
  ReportInput input;
  input.facts.model = "m";
  input.quality = ExampleQuality(2);
  EXPECT_EQ(RunVerdict(input), "ok");
  for (MetricValue& metric : input.quality->metrics) metric.reference = kNone;
  EXPECT_EQ(RunVerdict(input), "not_known");
  const Summary summary = Summarise(input);
  EXPECT_EQ(summary.word, "? NOT KNOWN");
  EXPECT_EQ(summary.tone, Summary::Tone::kOpen);
  EXPECT_TRUE(summary.sentence.starts_with(
      "Whether its decisions are as good as before is not known: there is nothing to compare with"))
      << summary.sentence;
}

TEST(Summary, NothingJudgedYetIsSaid) {
  EXPECT_EQ(Summarise(ReportInput{}).sentence, "No window has been judged yet.");
}

TEST(Findings, TheGravestComeFirst) {
  ReportInput input = ExampleInput();
  Finding mild, sure;
  mild.kind = "missing";
  mild.level = Level::kWarn;
  sure.kind = "quality";
  sure.level = Level::kAlert;
  input.drift->findings.insert(input.drift->findings.begin(), mild);
  input.quality->findings = {sure};
  const auto findings = FindingsOf(input);
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].kind, "feature_drift");  // certain
  EXPECT_EQ(findings[1].kind, "quality");
  EXPECT_EQ(findings[2].kind, "missing");
}

TEST(Farthest, ADriftedFeatureIsFartherThanAnyOther) {
  WindowReport report = ExampleWindow(30);
  report.features[1].psi_adjusted = 9;  // not called drifted
  EXPECT_EQ(FarthestFeature(report, true)->feature, "distance");
  report.features[0].drifted = false;
  EXPECT_EQ(FarthestFeature(report, false), nullptr);
  EXPECT_EQ(FarthestFeature(report, true)->feature, "feature_2");
  EXPECT_EQ(FarthestFeature(WindowReport{}, true), nullptr);
}

}  // namespace
}  // namespace mooring::monitoring
