#include "monitoring/multivariate/multivariate_findings.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

TEST(MultivariateFindings, ReconstructionIsAlertWhenSureAndBig) {
  ReconstructionScore score{.rows = 1000, .error = 1.3, .reference = 1.0, .z = 8};
  score.contributions = {
      {.feature = "weight", .z = 30}, {.feature = "volume", .z = -20}, {.feature = "town", .z = 5}};
  const Finding finding = ReconstructionFinding(score, {});
  EXPECT_EQ(finding.level, Level::kAlert);
  EXPECT_TRUE(finding.certain);
  EXPECT_EQ(finding.kind, "multivariate_drift");
  EXPECT_EQ(finding.what,
            "features hang together less than in the reference: reconstruction error up by 30 %, "
            "weight and volume above all");
  EXPECT_DOUBLE_EQ(finding.threshold, 1.05);
  EXPECT_EQ(finding.n, 1000U);
  score.error = 1.04;
  score.z = 4;  // p = 6e-5
  EXPECT_EQ(ReconstructionFinding(score, {}).level, Level::kWarn);
  score.error = 1.3;
  EXPECT_FALSE(ReconstructionFinding(score, {}).certain);
  score.z = 3;  // p = 0.0027
  EXPECT_EQ(ReconstructionFinding(score, {}).level, Level::kClear);
  score.error = 0.8;
  score.z = -8;
  EXPECT_EQ(ReconstructionFinding(score, {}).what.substr(0, 28), "features hang together more ");
  score.z = std::nan("");
  EXPECT_EQ(ReconstructionFinding(score, {}).level, Level::kClear);
}

TEST(MultivariateFindings, DomainClassifierNamesItsDrivers) {
  DomainVerdict verdict{.reference_rows = 500, .window_rows = 400, .auc = 0.8, .p_value = 1e-9};
  verdict.drivers = {{.feature = "town", .auc_drop = 0.25}, {.feature = "hour", .auc_drop = 0.01}};
  const Finding finding = DomainFinding(verdict, {});
  EXPECT_EQ(finding.level, Level::kAlert);
  EXPECT_TRUE(finding.certain);
  EXPECT_EQ(finding.subject, "classifier");
  EXPECT_EQ(finding.what, "a classifier tells these rows from the reference, town above all");
  verdict.auc = 0.6;
  EXPECT_EQ(DomainFinding(verdict, {}).level, Level::kWarn);
  verdict.auc = 0.55;
  EXPECT_EQ(DomainFinding(verdict, {}).level, Level::kClear);
  verdict.auc = 0.9;
  verdict.p_value = 0.01;
  EXPECT_EQ(DomainFinding(verdict, {}).level, Level::kClear);
}

TEST(MultivariateFindings, PairsAreOneCauseEach) {
  const std::vector<PairComparison> pairs = {
      {.first = "a",
       .second = "b",
       .reference = 0.8,
       .current = -0.1,
       .rows = 300,
       .q_value = 1e-8,
       .changed = true},
      {.first = "a", .second = "c", .reference = 0.1, .current = 0.25, .q_value = 0.01},
      {.first = "b", .second = "c", .reference = 0.1, .current = 0.9, .q_value = 0.2},
      {.first = "c", .second = "d", .reference = 0.1, .current = 0.15, .q_value = 1e-9}};
  const std::vector<Finding> findings = PairFindings(pairs, {});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].subject, "a × b");
  EXPECT_EQ(findings[0].level, Level::kAlert);
  EXPECT_EQ(findings[0].what, "correlation of a and b went from 0.80 to -0.10");
  EXPECT_EQ(findings[0].sureness, "q = 1e-08 over 4 pairs");
  EXPECT_EQ(findings[1].level, Level::kWarn);
}

}  // namespace
}  // namespace mooring::monitoring
