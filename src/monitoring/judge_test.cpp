#include "monitoring/judge.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "monitoring/offline.h"

namespace mooring::monitoring {
namespace {

// Rows of "a", "b" (normal, b moved by `shift` and missing for `missing` of the rows) and "c" (one
// of four categories, or "new" for `unseen` of the rows).
struct Sample {
  std::size_t rows = 1000;
  double shift = 0, missing = 0, unseen = 0;
  std::uint64_t seed = 1;
};

double Normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.Uniform())) * std::cos(6.283185307179586 * rng.Uniform());
}

data::Batch Draw(const Sample& sample) {
  auto schema = data::Schema::Make(
      {{.name = "a"}, {.name = "b"}, {.name = "c", .type = data::Type::kString}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  Rng rng(sample.seed);
  for (std::size_t row = 0; row < sample.rows; ++row) {
    batch.column(0).Append(Normal(rng));
    const double b = Normal(rng) + sample.shift;
    if (rng.Uniform() < sample.missing) {
      batch.column(1).AppendNull();
    } else {
      batch.column(1).Append(b);
    }
    const bool unseen = rng.Uniform() < sample.unseen;
    batch.column(2).AppendText(unseen ? "new" : std::string(1, char('p' + rng.Below(4))));
  }
  batch.SetRows(sample.rows);
  return batch;
}

WindowReport Report(const Sample& current, const records::MonitorRule& rule = {}) {
  auto report = CompareTables(Draw({.rows = 20'000, .seed = 99}), Draw(current), rule);
  EXPECT_TRUE(report.ok()) << report.error().ToString();
  return *report;
}

TEST(Judge, TheSameDistributionIsOk) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const WindowReport report = Report({.seed = seed});
    EXPECT_EQ(report.verdict, WindowVerdict::kOk) << seed << report.reason;
    EXPECT_TRUE(report.reason.empty());
  }
}

TEST(Judge, AReferenceOfFewRowsIsNeverOk) {
  for (const std::size_t rows : {1U, 30U, 199U}) {
    for (const double shift : {0.0, 5.0}) {
      const auto report = CompareTables(Draw({.rows = rows, .seed = 99}),
                                        Draw({.rows = 3000, .shift = shift, .missing = 0.5}), {});
      ASSERT_TRUE(report.ok());
      EXPECT_EQ(report->verdict, WindowVerdict::kNotEnoughData) << rows << " " << shift;
      EXPECT_EQ(report->reason, std::to_string(rows) + " rows in the reference, 200 are needed");
      EXPECT_TRUE(report->findings.empty());
      for (const FeatureDrift& feature : report->features) EXPECT_FALSE(feature.drifted);
    }
  }
  records::MonitorRule rule;
  rule.window_min_rows = 30;
  const auto report = CompareTables(Draw({.rows = 30}), Draw({.rows = 3000, .seed = 2}), rule);
  EXPECT_NE(report->verdict, WindowVerdict::kNotEnoughData) << "as many as are needed";
}

FeatureDrift Figures(const std::string& name, double psi) {
  FeatureDrift feature;
  feature.feature = name;
  feature.psi = feature.psi_adjusted = psi;
  feature.p_value = feature.q_value = psi > 0.2 ? 1e-9 : 0.5;
  return feature;
}

TEST(Judge, AnOutputIsDriftByItselfAndNoShareOfTheInputs) {
  struct Case {
    std::vector<std::string> others;
    std::string moved;
    bool drift;
    double share;
  };
  const std::vector<std::string> classes = {"output:a", "output:b", "predicted_class", "score"};
  // One of twenty inputs is within the tenth that is allowed.
  for (const Case& of : {Case{classes, "output:b", true, 0},
                         Case{classes, "predicted_class", true, 0}, Case{classes, "score", true, 0},
                         Case{classes, "x3", false, 0.05}, Case{{"score"}, "score", true, 0},
                         // An input of that name, beside no classes.
                         Case{{"predicted_class", "score"}, "predicted_class", false, 1.0 / 21}}) {
    WindowReport report;
    report.rows = 1000;
    for (int i = 0; i < 20; ++i) {
      const std::string name = "x" + std::to_string(i);
      report.features.push_back(Figures(name, name == of.moved ? 0.5 : 0.01));
    }
    for (const std::string& name : of.others) {
      report.features.push_back(Figures(name, name == of.moved ? 0.5 : 0.01));
    }
    JudgeFeatures({}, report);
    EXPECT_EQ(report.verdict == WindowVerdict::kDrift, of.drift) << of.moved;
    EXPECT_NEAR(report.drifted_share, of.share, 1e-15) << of.moved;
    EXPECT_EQ(report.reason, of.moved + ": adjusted PSI 0.500 > 0.2");
  }
}

TEST(Judge, AMovedFeatureIsDriftAndIsNamed) {
  const WindowReport report = Report({.shift = 1.0});
  EXPECT_EQ(report.verdict, WindowVerdict::kDrift);
  EXPECT_NE(report.reason.find("b: adjusted PSI"), std::string::npos) << report.reason;
  ASSERT_EQ(report.features.size(), 3U);
  EXPECT_FALSE(report.features[0].drifted);
  EXPECT_TRUE(report.features[1].drifted);
  EXPECT_NEAR(report.drifted_share, 1.0 / 3, 1e-12);
  // A normal moved by one deviation: W1 / sigma is 1, D is 2 Phi(1/2) - 1 = 0.383.
  EXPECT_NEAR(report.features[1].wasserstein, 1.0, 0.1);
  EXPECT_NEAR(report.features[1].ks, 0.383, 0.06);
}

TEST(Judge, UnseenCategoriesAreDriftWithTheirShare) {
  const WindowReport report = Report({.unseen = 0.3});
  EXPECT_EQ(report.verdict, WindowVerdict::kDrift);
  EXPECT_NEAR(report.features[2].unseen_share, 0.3, 0.06);
  EXPECT_TRUE(std::isnan(report.features[2].ks));
}

TEST(Judge, MissingValuesAreCounted) {
  EXPECT_NEAR(Report({.missing = 0.25}).features[1].missing_share, 0.25, 0.06);
}

TEST(Judge, FewRowsAreNotJudgedHoweverFar) {
  const WindowReport report = Report({.rows = 199, .shift = 5});
  EXPECT_EQ(report.verdict, WindowVerdict::kNotEnoughData);
  EXPECT_EQ(report.reason, "199 rows, 200 are needed");
  EXPECT_EQ(Report({.rows = 200, .shift = 5}).verdict, WindowVerdict::kDrift);
}

TEST(Judge, TheScoreAloneIsEnoughAndStandsLast) {
  auto schema = data::Schema::Make({{.name = "score"}, {.name = "x"}});
  const auto shared = std::make_shared<const data::Schema>(std::move(schema).value());
  data::Batch reference(shared), current(shared);
  Rng rng(5);
  for (int row = 0; row < 5000; ++row) {
    reference.column(0).Append(rng.Uniform());
    reference.column(1).Append(rng.Uniform());
    current.column(0).Append(rng.Uniform() * rng.Uniform());
    current.column(1).Append(rng.Uniform());
  }
  reference.SetRows(5000);
  current.SetRows(5000);
  const auto report = CompareTables(reference, current, {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->features.back().feature, "score");
  EXPECT_EQ(report->drifted_share, 0);
  EXPECT_EQ(report->verdict, WindowVerdict::kDrift);
}

const Finding* Find(const WindowReport& report, std::string_view kind, std::string_view subject) {
  for (const Finding& finding : report.findings) {
    if (finding.kind == kind && finding.subject == subject) return &finding;
  }
  return nullptr;
}

// By the plain rule small windows drift by chance alone; corrected, one in twenty at most, and none
// for certain.
TEST(Judge, ChanceIsRarelyDriftHoweverSmallTheWindow) {
  records::MonitorRule rule;
  rule.window_min_rows = 50;
  int plain = 0, corrected = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const WindowReport report = Report({.rows = 60, .seed = seed}, rule);
    corrected += report.verdict == WindowVerdict::kDrift ? 1 : 0;
    for (const Finding& finding : report.findings) EXPECT_FALSE(finding.certain) << seed;
    plain += report.psi_share > 0 ? 1 : 0;
  }
  EXPECT_GT(plain, 20);
  EXPECT_LE(corrected, 4);
}

TEST(Judge, AShiftOfHalfADeviationIsFoundInEachWindow) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const WindowReport report = Report({.shift = 0.5, .seed = seed});
    ASSERT_EQ(report.verdict, WindowVerdict::kDrift) << seed;
    const Finding* finding = Find(report, "feature_drift", "b");
    ASSERT_NE(finding, nullptr);
    EXPECT_EQ(finding->level, Level::kAlert);
    EXPECT_TRUE(finding->certain);
    EXPECT_EQ(finding->threshold, 0.2);
    EXPECT_EQ(Find(report, "feature_drift", "a"), nullptr);
  }
}

TEST(Judge, WhatIsSignificantButSmallIsNoDrift) {
  const WindowReport report = Report({.rows = 20'000, .shift = 0.15, .seed = 2});
  EXPECT_LT(report.features[1].q_value, 1e-6);
  EXPECT_EQ(report.verdict, WindowVerdict::kOk);
  EXPECT_TRUE(report.findings.empty());
}

TEST(Judge, BetweenTheBoundsIsAWarning) {
  const WindowReport report = Report({.rows = 20'000, .shift = 0.38, .seed = 2});
  EXPECT_GT(report.features[1].psi_adjusted, 0.1);
  EXPECT_LT(report.features[1].psi_adjusted, 0.2);
  const Finding* finding = Find(report, "feature_drift", "b");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->level, Level::kWarn);
  EXPECT_EQ(report.verdict, WindowVerdict::kOk);
}

TEST(Judge, PlainRulesAreShownUnderAnyPolicyAndChosenByTheContract) {
  const Sample small{.rows = 5000, .shift = 0.1, .seed = 3};  // p small, PSI about 0.01
  const WindowReport corrected = Report(small);
  EXPECT_FALSE(corrected.features[1].drifted);
  EXPECT_TRUE(corrected.features[1].p_drifted);
  EXPECT_FALSE(corrected.features[1].psi_drifted);
  records::MonitorRule rule;
  rule.policy = records::DriftPolicy::kPValue;
  const WindowReport by_p = Report(small, rule);
  EXPECT_TRUE(by_p.features[1].drifted);
  EXPECT_EQ(by_p.verdict, WindowVerdict::kDrift);
  EXPECT_NE(by_p.reason.find("b: p = "), std::string::npos) << by_p.reason;
  rule.policy = records::DriftPolicy::kPsi;
  EXPECT_EQ(Report(small, rule).verdict, WindowVerdict::kOk);
  EXPECT_EQ(Report({.shift = 1}, rule).verdict, WindowVerdict::kDrift);
}

TEST(Judge, RowsInRunsCountForLess) {
  const data::BatchProfile reference = data::LearnReference(Draw({.rows = 20'000})).value();
  data::BatchProfile window(reference.bins());
  ASSERT_TRUE(window.Add(Draw({.shift = 0.5, .seed = 4})).ok());
  WindowReport independent, in_runs;
  independent.rows = in_runs.rows = 1000;
  Judge(reference, window, {}, independent);
  const std::vector<double> correlations = {0, 0.99, 0};
  Judge(reference, window, {}, in_runs, correlations);
  EXPECT_NEAR(in_runs.features[1].effective_rows, 1000 * 0.01 / 1.99, 1e-9);
  EXPECT_GT(in_runs.features[1].p_value, 0.05);
  EXPECT_LT(independent.features[1].p_value, 1e-20);
  EXPECT_EQ(independent.verdict, WindowVerdict::kDrift);
  EXPECT_EQ(in_runs.verdict, WindowVerdict::kOk);
  EXPECT_EQ(in_runs.features[1].psi, independent.features[1].psi);
}

TEST(Judge, BadDataIsFoundInTheSamePass) {
  const WindowReport report = Report({.missing = 0.25, .unseen = 0.03});
  const Finding* missing = Find(report, "missing", "b");
  ASSERT_NE(missing, nullptr);
  EXPECT_EQ(missing->level, Level::kAlert);
  EXPECT_NE(missing->what.find("of b is missing"), std::string::npos) << missing->what;
  const Finding* unseen = Find(report, "unseen", "c");
  ASSERT_NE(unseen, nullptr);
  EXPECT_EQ(unseen->level, Level::kWarn);
  EXPECT_EQ(Find(report, "missing", "a"), nullptr);
}

TEST(Judge, AFeatureInOtherUnitsIsOutOfRange) {
  const WindowReport report = Report({.shift = 1000});
  const Finding* finding = Find(report, "out_of_range", "b");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->level, Level::kAlert);
  EXPECT_TRUE(finding->certain);
  EXPECT_EQ(finding->value, 1.0);
}

TEST(Judge, AColumnThatStoppedVaryingIsFound) {
  data::Batch current = Draw({});
  for (double& x : current.column(0).MutableValues<double>()) x = 0.5;
  const auto report = CompareTables(Draw({.rows = 20'000, .seed = 99}), current, {});
  ASSERT_TRUE(report.ok());
  const Finding* finding = Find(*report, "constant", "a");
  ASSERT_NE(finding, nullptr);
  EXPECT_TRUE(finding->certain);
  EXPECT_EQ(Find(*report, "constant", "b"), nullptr);
}

TEST(Judge, AColumnFilledFromAnothersIsFound) {
  data::Batch current = Draw({});
  current.column(1) = current.column(0);
  const auto report = CompareTables(Draw({.rows = 20'000, .seed = 99}), current, {});
  ASSERT_TRUE(report.ok());
  const Finding* finding = Find(*report, "duplicated_feature", "a × b");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->level, Level::kAlert);
  EXPECT_EQ(Find(Report({}), "duplicated_feature", "a × b"), nullptr);
}

TEST(Judge, AHandfulOfRowsRaisesNothing) {
  const WindowReport report = Report({.rows = 20, .shift = 5, .missing = 0.5});
  EXPECT_TRUE(report.findings.empty());
  for (const FeatureDrift& feature : report.features) EXPECT_FALSE(feature.drifted);
}

TEST(Judge, EmptyTablesAreRefused) {
  EXPECT_FALSE(CompareTables(Draw({.rows = 0}), Draw({}), {}).ok());
}

}  // namespace
}  // namespace mooring::monitoring
