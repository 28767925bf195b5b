#include "monitoring/drift_findings.h"

#include <gtest/gtest.h>

namespace mooring::monitoring {
namespace {

// A table of one column of 0 … 99, in which every `missing`th value is missing.
data::Batch Hundreds(std::size_t rows, std::size_t missing) {
  auto schema = data::Schema::Make({{.name = "x"}});
  data::Batch batch(std::make_shared<const data::Schema>(std::move(schema).value()));
  for (std::size_t i = 0; i < rows; ++i) {
    if (missing != 0 && i % missing == 0) {
      batch.column(0).AppendNull();
    } else {
      batch.column(0).Append(static_cast<double>(i % 100));
    }
  }
  batch.SetRows(rows);
  return batch;
}

// The finding about missing values, of a window whose share of them and effective rows are given.
std::vector<Finding> Missing(double share, double reference_share, double rows) {
  const data::BatchProfile profile = data::LearnReference(Hundreds(1000, 0)).value();
  WindowReport report;
  report.rows = static_cast<std::uint64_t>(rows);
  FeatureDrift feature;
  feature.feature = "x";
  feature.reference_rows = 10'000;
  feature.rows = report.rows;
  feature.effective_rows = rows;
  feature.missing_share = share;
  feature.reference_missing_share = reference_share;
  report.features.push_back(feature);
  AddDriftFindings(profile, profile, {}, report);
  return report.findings;
}

TEST(DriftFindings, AShareMustBeBothOverAPointAndOverThreeErrors) {
  struct Case {
    double share, reference, rows;
    std::string level;  // "": none
  };
  const Case cases[] = {
      {0.009, 0, 100'000, ""},      // sure, and too little
      {0.03, 0.02, 1000, ""},       // 2.3 errors
      {0.035, 0.02, 1000, "warn"},  // 3.4 errors
      {0.10, 0.02, 1000, "alert"},  // eight points
      {0.10, 0.02, 20, ""},         // the same of 20 rows is chance
      {0.02, 0.10, 1000, ""},       // fewer than before
  };
  for (const Case& c : cases) {
    const auto findings = Missing(c.share, c.reference, c.rows);
    ASSERT_EQ(findings.size(), c.level.empty() ? 0U : 1U) << c.share << " " << c.rows;
    if (!c.level.empty()) {
      EXPECT_EQ(LevelName(findings[0].level), c.level) << c.share;
    }
  }
}

TEST(DriftFindings, TheDatasetsShareIsAFindingOfItsOwn) {
  const data::BatchProfile profile = data::LearnReference(Hundreds(1000, 0)).value();
  WindowReport report;
  report.model = "price";
  report.version = 3;
  report.rows = 1000;
  for (const bool drifted : {true, false, false}) {
    FeatureDrift feature;
    feature.feature = drifted ? "x" : "y";
    feature.drifted = drifted;
    feature.level = drifted ? Level::kAlert : Level::kClear;
    feature.q_value = drifted ? 1e-9 : 0.5;
    report.features.push_back(feature);
  }
  report.drifted_share = 1.0 / 3;
  AddDriftFindings(profile, profile, {}, report);
  ASSERT_EQ(report.findings.size(), 2U);
  EXPECT_EQ(report.findings[0].kind, "feature_drift");
  EXPECT_EQ(report.findings[1].kind, "dataset_drift");
  EXPECT_EQ(report.findings[1].what, "1 of 3 features have drifted");
  EXPECT_TRUE(report.findings[1].certain);
  EXPECT_EQ(report.findings[1].help, "mooring monitor drift price --version 3");
}

TEST(DriftFindings, AColumnThatWasNearlyConstantBeforeIsNoNews) {
  data::Batch nearly = Hundreds(1000, 0);
  for (std::size_t i = 0; i < 999; ++i) nearly.column(0).MutableValues<double>()[i] = 7;
  const data::BatchProfile reference = data::LearnReference(nearly).value();
  data::Batch constant = Hundreds(100, 0);
  for (double& x : constant.column(0).MutableValues<double>()) x = 7;
  data::BatchProfile window(reference.bins());
  ASSERT_TRUE(window.Add(constant).ok());
  WindowReport report;
  report.rows = 100;
  FeatureDrift feature;
  feature.feature = "x";
  feature.reference_rows = 1000;
  feature.rows = 100;
  feature.effective_rows = 100;
  feature.mean = 7;
  report.features.push_back(feature);
  AddDriftFindings(reference, window, {}, report);
  EXPECT_TRUE(report.findings.empty());
}

FeatureDrift Drifted(const std::string& name) {
  FeatureDrift feature;
  feature.feature = name;
  feature.drifted = true;
  feature.level = Level::kAlert;
  feature.psi_adjusted = 0.5;
  feature.reference_rows = 1000;
  feature.rows = 200;
  feature.mean = 0.5;
  feature.reference_mean = 0.25;
  return feature;
}

TEST(DriftFindings, ClassesAreToldAsOutputs) {
  WindowReport report;
  report.features = {Drifted("output:b"), Drifted("predicted_class"), Drifted("score")};
  FeatureDrift& predicted = report.features[1];
  predicted.mean = predicted.reference_mean = kNone;
  predicted.bars = {{"a", 300, 60}, {"b", 500, 20}, {"c", 200, 120}};
  AddFeatureFindings({}, report);
  ASSERT_EQ(report.findings.size(), 3U) << "and none of the inputs";
  EXPECT_EQ(report.findings[0].kind, "class_drift");
  EXPECT_EQ(report.findings[0].subject, "output:b");
  EXPECT_EQ(report.findings[0].what, "output:b moved up from a mean of 0.25 to 0.5");
  EXPECT_EQ(report.findings[1].kind, "class_drift");
  // c gained 40 points and b lost as many: the one that stands first.
  EXPECT_EQ(report.findings[1].what, "b is predicted in 10.0 % of rows; it was 50.0 %");
  EXPECT_EQ(report.findings[2].kind, "score_drift");
}

TEST(DriftFindings, AnInputCalledPredictedClassIsAFeatureWithoutClasses) {
  WindowReport report;
  report.features = {Drifted("predicted_class")};
  report.features[0].mean = report.features[0].reference_mean = kNone;
  report.features[0].bars = {{"a", 300, 60}};
  AddFeatureFindings({}, report);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].kind, "feature_drift");
  EXPECT_EQ(report.findings[0].what, "predicted_class is distributed differently");
}

}  // namespace
}  // namespace mooring::monitoring
