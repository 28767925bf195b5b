#include "monitoring/quality/quality_report.h"

#include <gtest/gtest.h>

namespace mooring::monitoring {
namespace {

QualityReport Example() {
  QualityReport report;
  report.model = "flight-cover";
  report.version = 2;
  report.start = Time(Micros(1'000'000));
  report.end = Time(Micros(2'000'000));
  report.rows = 1000;
  report.labelled = 400;
  report.mature = true;
  report.delay_p50_s = 12.5;
  report.verdict = "worse";
  report.reason = "log_loss \"0.7\"";
  report.task = "binary";
  report.metrics.push_back({.name = "log_loss",
                            .value = 0.7,
                            .lower = 0.6,
                            .upper = 0.8,
                            .n = 400,
                            .level = Level::kAlert});
  report.estimates.push_back(
      {.name = "roc_auc", .value = 0.75, .higher_is_better = true, .estimate = true});
  report.business.push_back({.name = "margin", .value = -3});
  report.confusion = {{"no", "late"}, {{300, 10}, {50, 40}}};
  report.classes.push_back({.label = "late", .support = 90, .predicted = 50, .precision = 0.8});
  report.slices.push_back({.slice = "long ones", .n = 90});
  report.slices.back().metrics = {
      {.name = "accuracy", .value = 0.9, .lower = 0.82, .upper = 0.95, .n = 90}};
  report.slices.push_back({.slice = "origin=ATL",
                           .n = 60,
                           .loss = 1.5,
                           .q_value = 0.001,
                           .searched = true,
                           .level = Level::kWarn});
  report.calibration = {.error = 0.1, .slope = 0.7, .bins = {{0.2, 0.3, 40}}};
  report.gap = {.metric = "log_loss",
                .estimated = 0.5,
                .realised = 0.7,
                .error = 0.01,
                .windows_beyond = 3,
                .level = Level::kAlert};
  report.findings.push_back({.kind = "concept_drift"});
  return report;
}

TEST(QualityReport, ComesBackFromTheRegistryToTheBit) {
  const QualityReport report = Example();
  const records::StoredVerdict stored = ToStored(report);
  EXPECT_EQ(stored.kind, "quality");
  const auto back = QualityFromStored(stored);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(EvidenceJson(*back), EvidenceJson(report));
  EXPECT_EQ(back->verdict, "worse");
  EXPECT_EQ(back->coverage(), 0.4);
  EXPECT_EQ(back->confusion.counts[1][0], 50U);
  EXPECT_EQ(back->gap.windows_beyond, 3U);
  EXPECT_EQ(back->findings[0].kind, "concept_drift");
  EXPECT_EQ(QualityReport().coverage(), 0);
}

TEST(QualityReport, WhatOlderProgramsDidNotKnowIsAbsent) {
  records::StoredVerdict stored = ToStored(Example());
  const std::size_t at = stored.evidence_json.find("slices_beyond_expected");
  ASSERT_NE(at, std::string::npos);
  stored.evidence_json.insert(at, "un");
  const auto back = QualityFromStored(stored);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_FALSE(back->slices_beyond_expected);
}

TEST(QualityReport, DamageIsTold) {
  records::StoredVerdict stored = ToStored(Example());
  const std::string whole = stored.evidence_json;
  for (std::size_t cut = 0; cut < whole.size(); cut += 37) {
    stored.evidence_json = whole.substr(0, cut);
    EXPECT_EQ(QualityFromStored(stored).error().code(), Code::kDataLoss) << cut;
  }
  stored.evidence_json = whole;
  const std::size_t count = whole.find("\"windows_beyond\":3");
  ASSERT_NE(count, std::string::npos);
  stored.evidence_json.replace(count, 18, "\"windows_beyond\":4294967299");  // 3 of 32 bits
  EXPECT_EQ(QualityFromStored(stored).error().code(), Code::kDataLoss);
  QualityReport lopsided = Example();
  lopsided.confusion.counts[1].pop_back();
  EXPECT_EQ(QualityFromStored(ToStored(lopsided)).error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace mooring::monitoring
