#include "serving/serving_metrics.h"

#include <gtest/gtest.h>

#include <numeric>

namespace mooring::serving {
namespace {

TEST(ServingMetrics, CountsByVersionVerdictAndLatency) {
  ServingMetrics metrics;
  VersionCounters& one = metrics.Of("m", 1);
  EXPECT_EQ(&one, &metrics.Of("m", 1));
  EXPECT_NE(&one, &metrics.Of("m", 2));
  EXPECT_NE(&one, &metrics.Of("n", 1));
  one.CountDecision(records::Verdict::kAdmit);
  one.CountDecision(records::Verdict::kDeny);
  for (const std::uint32_t us : {0U, 50U, 51U, 10'000'000U, 10'000'001U}) one.CountRequest(us);
  const VersionFigures figures = metrics.Read().versions.at(0);
  EXPECT_EQ(figures.verdicts[0], 1U);
  EXPECT_EQ(figures.verdicts[4], 1U);
  EXPECT_EQ(figures.requests, 5U);
  EXPECT_EQ(figures.latency.front(), 2U);  // bounds are inclusive
  EXPECT_EQ(figures.latency[1], 1U);
  EXPECT_EQ(figures.latency.back(), 1U);
  EXPECT_EQ(figures.latency_sum_us, 20'000'102U);
}

TEST(ServingMetrics, AddsUpBreachesByFeatureAndRule) {
  ServingMetrics metrics;
  const std::vector<Breach> breaches = {{"hour", "max", records::OnBreach::kReject, 2},
                                        {"hour", "missing", records::OnBreach::kFlag, 1}};
  metrics.Of("m", 1).CountBreaches(breaches);
  metrics.Of("m", 1).CountBreaches(breaches);
  const auto figures = metrics.Read().versions.at(0).breaches;
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_EQ(figures[0].rule, "max");
  EXPECT_EQ(figures[0].rows, 4U);
}

TEST(ServingMetrics, StaysBoundedWhateverIsServed) {
  ServingMetrics metrics;
  for (VersionNumber version = 1; version <= kCountedVersions + 10; ++version) {
    metrics.Of("m", version).CountDecision(records::Verdict::kAdmit);
  }
  const ServingFigures figures = metrics.Read();
  ASSERT_EQ(figures.versions.size(), kCountedVersions + 1);
  EXPECT_EQ(figures.versions.back().model, "other");
  EXPECT_EQ(figures.versions.back().verdicts[0], 10U);

  std::vector<std::string> names;
  for (std::size_t i = 0; i < kCountedBreaches + 5; ++i) names.push_back("f" + std::to_string(i));
  std::vector<Breach> breaches;
  for (const std::string& name : names) {
    breaches.push_back({name, "max", records::OnBreach::kReject, 1});
  }
  metrics.Of("m", 1).CountBreaches(breaches);
  std::uint64_t rows = 0;
  const auto counted = metrics.Read().versions.at(0).breaches;
  for (const BreachFigure& breach : counted) rows += breach.rows;
  EXPECT_EQ(rows, names.size());
  EXPECT_LE(counted.size(), kCountedBreaches + 1);
}

}  // namespace
}  // namespace mooring::serving
