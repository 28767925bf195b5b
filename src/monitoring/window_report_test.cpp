#include "monitoring/window_report.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

WindowReport Example() {
  WindowReport report;
  report.model = "flight-cover";
  report.version = 3;
  report.start = Time(Micros(1'000'000));
  report.end = Time(Micros(2'000'000));
  report.rows = 1000;
  report.verdict = WindowVerdict::kDrift;
  report.reason = "distance \"0.43\" > 0.2";
  report.drifted_share = 1.0 / 3;
  FeatureDrift feature;
  feature.feature = "origin";
  feature.reference_rows = 5000;
  feature.rows = 999;
  feature.psi = 0.43210987654321;
  feature.ks = std::nan("");
  feature.wasserstein = std::nan("");
  feature.unseen_share = 0.125;
  feature.drifted = true;
  feature.test = "chi2";
  feature.q_value = 1e-9;
  feature.level = Level::kAlert;
  feature.bars = {{"ATL", 10, 20}, {"unseen", 0, 3}};
  report.features.push_back(feature);
  report.reference = "previous";
  report.policy = records::DriftPolicy::kPValue;
  report.psi_share = 0.25;
  report.slices.push_back({.slice = "origin=ATL",
                           .rows = 200,
                           .share = 0.2,
                           .drifted_features = 2,
                           .feature = "hour",
                           .psi_adjusted = 0.5,
                           .verdict = WindowVerdict::kDrift});
  report.pairs.push_back({.first = "a",
                          .second = "b",
                          .reference = 0.5,
                          .current = -0.25,
                          .q_value = 0.001,
                          .level = Level::kWarn});
  report.multivariate.push_back({.method = "pca_reconstruction",
                                 .value = 1.5,
                                 .reference = 1,
                                 .threshold = 1.25,
                                 .drivers = {"a", "b"}});
  report.refused = {
      .asked = 1030, .refused = 30, .causes = {{"hour", "max", 29}, {"", "unknown", 1}}};
  report.findings.push_back({.kind = "feature_drift", .subject = "origin"});
  return report;
}

TEST(WindowReport, ComesBackFromTheRegistryToTheBit) {
  const WindowReport report = Example();
  const auto back = FromStored(ToStored(report));
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->model, report.model);
  EXPECT_EQ(back->version, report.version);
  EXPECT_EQ(back->start, report.start);
  EXPECT_EQ(back->end, report.end);
  EXPECT_EQ(back->rows, report.rows);
  EXPECT_EQ(back->verdict, report.verdict);
  EXPECT_EQ(back->reason, report.reason);
  EXPECT_EQ(back->drifted_share, report.drifted_share);
  ASSERT_EQ(back->features.size(), 1U);
  EXPECT_EQ(back->refused.asked, 1030U);
  EXPECT_EQ(back->refused.refused, 30U);
  EXPECT_TRUE(std::isnan(back->refused.usual_share));
  EXPECT_EQ(back->refused.causes, report.refused.causes);
  EXPECT_EQ(back->features[0].feature, "origin");
  EXPECT_EQ(back->features[0].psi, report.features[0].psi);
  EXPECT_TRUE(std::isnan(back->features[0].ks));
  EXPECT_EQ(back->features[0].unseen_share, 0.125);
  EXPECT_TRUE(back->features[0].drifted);
  EXPECT_EQ(back->features[0].test, "chi2");
  EXPECT_EQ(back->features[0].q_value, 1e-9);
  EXPECT_EQ(back->features[0].level, Level::kAlert);
  EXPECT_EQ(back->features[0].bars, report.features[0].bars);
  EXPECT_EQ(back->reference, "previous");
  EXPECT_EQ(back->policy, records::DriftPolicy::kPValue);
  EXPECT_EQ(back->psi_share, 0.25);
  ASSERT_EQ(back->slices.size(), 1U);
  EXPECT_EQ(back->slices[0].slice, "origin=ATL");
  EXPECT_EQ(back->slices[0].drifted_features, 2U);
  EXPECT_EQ(back->slices[0].verdict, WindowVerdict::kDrift);
  EXPECT_TRUE(std::isnan(back->slices[0].q_value));
  ASSERT_EQ(back->pairs.size(), 1U);
  EXPECT_EQ(back->pairs[0].current, -0.25);
  EXPECT_EQ(back->pairs[0].level, Level::kWarn);
  ASSERT_EQ(back->multivariate.size(), 1U);
  EXPECT_EQ(back->multivariate[0].drivers, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(back->findings.size(), 1U);
  EXPECT_EQ(back->findings[0].subject, "origin");
}

// As the first program stored it, before there were policies, tests, bars, slices and findings.
constexpr char kOldest[] =
    R"({"reason":"origin 0.43 > 0.2","drifted_share":0.5,"features":[)"
    R"({"feature":"origin","reference_rows":5000,"rows":999,"psi":0.45,"psi_adjusted":0.43,)"
    R"("js":0.2,"ks":null,"wasserstein":null,"missing_share":0.0,"unseen_share":0.125,)"
    R"("out_of_range_share":0.0,"drifted":true},)"
    R"({"feature":"hour","reference_rows":5000,"rows":1000,"psi":0.01,"psi_adjusted":0.001,)"
    R"("js":0.02,"ks":0.03,"wasserstein":0.01,"missing_share":0.0,"unseen_share":0.0,)"
    R"("out_of_range_share":0.0,"drifted":false}]})";

TEST(WindowReport, WhatOlderProgramsDidNotKnowIsAbsent) {
  records::StoredVerdict stored = ToStored(Example());
  stored.evidence_json = kOldest;
  stored.findings_json = "[]";
  const auto back = FromStored(stored);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->reason, "origin 0.43 > 0.2");
  EXPECT_EQ(back->reference, "training");
  EXPECT_EQ(back->policy, records::DriftPolicy::kPsi);  // there was no other
  EXPECT_EQ(back->drifted_share, 0.5);
  EXPECT_TRUE(std::isnan(back->psi_share));
  ASSERT_EQ(back->features.size(), 2U);
  EXPECT_EQ(back->features[0].psi_adjusted, 0.43);
  EXPECT_EQ(back->features[0].unseen_share, 0.125);
  EXPECT_TRUE(std::isnan(back->features[0].q_value));
  EXPECT_TRUE(std::isnan(back->features[0].reference_missing_share));
  EXPECT_TRUE(back->features[0].test.empty());
  EXPECT_TRUE(back->features[0].bars.empty());
  EXPECT_TRUE(back->features[0].drifted);
  EXPECT_EQ(back->features[0].level, Level::kAlert);
  EXPECT_EQ(back->features[1].level, Level::kClear);
  EXPECT_TRUE(back->slices.empty() && back->pairs.empty() && back->multivariate.empty());
}

// Each key that is not among the oldest may be lacking; what is there must be what it says.
TEST(WindowReport, AnyNewerFieldMayBeAbsentAndNoneMayBeOfAnotherType) {
  const std::string whole = EvidenceJson(Example());
  for (const char* key : {"reference", "policy", "psi_share", "p_share", "slices", "pairs",
                          "multivariate", "test", "bars", "psi_drifted", "p_drifted", "level",
                          "mean", "effective_rows", "p_value", "q_value", "drivers", "share"}) {
    records::StoredVerdict stored = ToStored(Example());
    const std::string quoted = "\"" + std::string(key) + "\":";
    const std::size_t at = whole.find(quoted);
    ASSERT_NE(at, std::string::npos) << key;
    // Another name is a field that this program does not know.
    stored.evidence_json = whole;
    stored.evidence_json.insert(at + 1, "un");
    EXPECT_TRUE(FromStored(stored).ok()) << key;
    stored.evidence_json = whole;
    stored.evidence_json.insert(at, quoted + "{},\"un");
    stored.evidence_json.erase(at + quoted.size() + 6, 1);
    const auto other = FromStored(stored);
    ASSERT_FALSE(other.ok()) << key << " " << stored.evidence_json;
    EXPECT_EQ(other.error().code(), Code::kDataLoss) << key;
  }
}

TEST(WindowReport, RefusesDamagedEvidence) {
  for (const char* text : {"", "[]", "{}", R"({"reason":"","drifted_share":0,"features":[1]})",
                           R"({"reason":"","drifted_share":"x","features":[]})",
                           R"({"reason":"","drifted_share":0,"features":[{"feature":"a"}]})"}) {
    records::StoredVerdict stored = ToStored(Example());
    stored.evidence_json = text;
    const auto back = FromStored(stored);
    ASSERT_FALSE(back.ok()) << text;
    EXPECT_EQ(back.error().code(), Code::kDataLoss) << text;
  }
  records::StoredVerdict stored = ToStored(Example());
  const std::size_t count = stored.evidence_json.find("\"drifted_features\":2");
  ASSERT_NE(count, std::string::npos);
  stored.evidence_json.replace(count, 20, "\"drifted_features\":4294967298");  // 2 of 32 bits
  EXPECT_EQ(FromStored(stored).error().code(), Code::kDataLoss);
  stored = ToStored(Example());
  stored.verdict = "perhaps";
  EXPECT_FALSE(FromStored(stored).ok());
}

TEST(WindowReport, VerdictsHaveTheirNames) {
  EXPECT_EQ(VerdictName(WindowVerdict::kOk), "ok");
  EXPECT_EQ(VerdictName(WindowVerdict::kDrift), "drift");
  EXPECT_EQ(VerdictName(WindowVerdict::kNotEnoughData), "not_enough_data");
}

}  // namespace
}  // namespace mooring::monitoring
