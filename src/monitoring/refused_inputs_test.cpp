#include "monitoring/refused_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

const WindowKey kPrice("price", 3);
constexpr Time kStart{Micros(1'700'000'000'000'000)};

records::Refusal Refused(std::string_view feature, std::string_view rule, Time at = kStart) {
  records::Refusal refusal;
  refusal.at = at;
  refusal.model = "price";
  refusal.code = "invalid_argument";
  refusal.feature = feature;
  refusal.rule = rule;
  refusal.version = 3;
  return refusal;
}

// One window: so many decided, so many refused for the distance.
WindowReport Window(RefusedInputs& inputs, int decided, int refused) {
  for (int i = 0; i < decided; ++i) inputs.OnDecided(kPrice);
  for (int i = 0; i < refused; ++i) inputs.OnRefused(Refused("distance", "max"));
  WindowReport report;
  report.model = "price";
  inputs.Conclude(kPrice, report);
  return report;
}

TEST(RefusedInputs, ManyMoreThanBeforeAreAnAlertThatNamesFeatureAndRule) {
  RefusedInputs inputs;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Window(inputs, 995, 5).findings.empty());
  for (int i = 0; i < 30; ++i) inputs.OnRefused(Refused("origin", "unseen"));
  inputs.OnRefused(Refused("", "unknown"));
  const WindowReport report = Window(inputs, 870, 99);
  EXPECT_EQ(report.refused.asked, 1000U);
  EXPECT_EQ(report.refused.refused, 130U);
  EXPECT_DOUBLE_EQ(report.refused.usual_share, 0.005);
  ASSERT_EQ(report.refused.causes.size(), 3U);
  EXPECT_EQ(report.refused.causes[0], (RefusedCause{"distance", "max", 99}));
  EXPECT_EQ(report.refused.causes[1], (RefusedCause{"origin", "unseen", 30}));
  ASSERT_EQ(report.findings.size(), 1U);
  const Finding& finding = report.findings[0];
  EXPECT_EQ(finding.kind, "refused_inputs");
  EXPECT_EQ(finding.level, Level::kAlert);
  EXPECT_TRUE(finding.certain);
  EXPECT_EQ(finding.what,
            "13.0 % of requests were refused by the contract; it was 0.5 %: distance max 99, "
            "origin unseen 30, unknown 1");
  EXPECT_DOUBLE_EQ(finding.value, 0.13);
  EXPECT_LT(finding.p_value, 1e-9);
  EXPECT_EQ(finding.n, 1000U);
  EXPECT_EQ(finding.help, "mooring log tail --model price");
}

struct RuleCase {
  std::uint64_t asked, refused;
  double usual;
  Level level;
};

// The rule of missing values: a point, three errors sqrt(r (1 - r) / n), three requests; an alert
// from five points on.
TEST(RefusedInputs, AFindingIsSignificantAndMaterial) {
  const RuleCase cases[] = {
      {1000, 0, NAN, Level::kClear},
      {1000, 10, NAN, Level::kClear},  // a point, not more
      {1000, 15, NAN, Level::kWarn},   // none were expected: r is 1 of 1000
      {1000, 51, NAN, Level::kAlert},
      {100'000, 1200, 0.005, Level::kClear},  // sure and no matter: 0.7 points
      {100'000, 1600, 0.005, Level::kWarn},
      {100, 14, 0.10, Level::kClear},   // four points over, 1.3 errors
      {1000, 140, 0.10, Level::kWarn},  // 4.2 errors
      {1000, 200, 0.10, Level::kAlert},
      {19, 19, NAN, Level::kClear},  // too few to say
      {20, 20, NAN, Level::kAlert},
      {100, 2, NAN, Level::kClear},  // two odd requests
      {0, 0, NAN, Level::kClear},
  };
  for (const RuleCase& one : cases) {
    const RefusedRequests requests{
        .asked = one.asked, .refused = one.refused, .usual_share = one.usual, .causes = {}};
    EXPECT_EQ(RefusedFinding(requests, 10'000).level, one.level)
        << one.refused << " of " << one.asked << ", usually " << one.usual;
  }
}

TEST(RefusedInputs, WhatAlertsIsNeverUsualAndWhatStaysSmallBecomesIt) {
  RefusedInputs inputs;
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(Window(inputs, 500, 500).findings.size(), 1U) << i;
  }
  EXPECT_EQ(Window(inputs, 970, 30).findings.size(), 1U);  // told once
  EXPECT_TRUE(Window(inputs, 970, 30).findings.empty());
  EXPECT_EQ(Window(inputs, 500, 500).findings.size(), 1U);
}

// A caller that tries things out on a quiet morning makes nothing usual.
TEST(RefusedInputs, FewRequestsMakeNothingUsual) {
  RefusedInputs inputs;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Window(inputs, 0, 15).findings.empty());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Window(inputs, 15, 2).findings.empty());
  const WindowReport report = Window(inputs, 850, 150);
  EXPECT_TRUE(std::isnan(report.refused.usual_share));
  EXPECT_EQ(report.findings.size(), 1U);
}

TEST(RefusedInputs, OnlyValidationOfAKnownVersionCounts) {
  RefusedInputs inputs;
  records::Refusal overload = Refused("", "");
  overload.code = "unavailable";
  records::Refusal old = Refused("distance", "max");
  old.version = 0;
  for (int i = 0; i < 100; ++i) {
    inputs.OnRefused(overload);
    inputs.OnRefused(old);
  }
  EXPECT_EQ(Window(inputs, 100, 0).refused.refused, 0U);
  WindowReport other;
  inputs.Conclude(WindowKey("price", 4), other);
  EXPECT_EQ(other.refused.asked, 0U);
}

TEST(RefusedInputs, WhatWasJudgedBeforeARestartIsForgotten) {
  RefusedInputs inputs;
  for (int i = 0; i < 100; ++i) inputs.OnRefused(Refused("distance", "max"));
  inputs.Forget(kPrice);
  inputs.Forget(WindowKey("nobody", 1));
  EXPECT_EQ(Window(inputs, 100, 2).refused.refused, 2U);
}

TEST(RefusedInputs, CausesAreBoundedAndAllRefusalsCounted) {
  RefusedInputs inputs;
  for (int i = 0; i < 100; ++i) inputs.OnRefused(Refused("f" + std::to_string(i), "max"));
  const WindowReport report = Window(inputs, 0, 0);
  EXPECT_EQ(report.refused.refused, 100U);
  EXPECT_EQ(report.refused.causes.size(), RefusedInputs::kCauses);
  EXPECT_THAT(report.findings.at(0).what, HasSubstr("f0 max 1, f1 max 1, f2 max 1 and others"));
}

TEST(RefusedInputs, WhenNothingIsDecidedNoWindowIsWaitedFor) {
  RefusedInputs inputs;
  for (int i = 0; i < 100; ++i) {
    inputs.OnRefused(Refused("distance", "missing", kStart + Micros(i * 1000)));
  }
  EXPECT_TRUE(inputs.Due(kStart + std::chrono::seconds(59)).empty());
  const auto due = inputs.Due(kStart + minutes(1));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].model, "price");
  EXPECT_EQ(due[0].version, 3U);
  EXPECT_EQ(due[0].rows, 0U);
  EXPECT_EQ(due[0].start, kStart);
  EXPECT_EQ(due[0].end, kStart + Micros(99'000));
  EXPECT_EQ(due[0].verdict, WindowVerdict::kNotEnoughData);
  EXPECT_EQ(due[0].reason, "no request was decided, 100 were refused");
  EXPECT_EQ(due[0].findings.at(0).level, Level::kAlert);
  EXPECT_TRUE(due[0].findings.at(0).certain);
  EXPECT_TRUE(inputs.Due(kStart + minutes(2)).empty());  // it began anew
}

TEST(RefusedInputs, FewRefusalsWaitForAnHourAndOldOnesAreDropped) {
  RefusedInputs inputs;
  for (int i = 0; i < 30; ++i) inputs.OnRefused(Refused("distance", "max"));
  EXPECT_TRUE(inputs.Due(kStart + minutes(59)).empty());
  EXPECT_EQ(inputs.Due(kStart + minutes(60)).size(), 1U);
  for (int i = 0; i < 30; ++i) inputs.OnRefused(Refused("distance", "max"));
  EXPECT_TRUE(inputs.Due(kStart + minutes(60 * 24)).empty());
  EXPECT_EQ(Window(inputs, 10, 0).refused.refused, 0U);
  // Three odd requests of an hour are nobody's outage; with decisions the window of rows closes.
  for (int i = 0; i < 3; ++i) inputs.OnRefused(Refused("distance", "max"));
  EXPECT_TRUE(inputs.Due(kStart + minutes(61)).empty());
  inputs.OnDecided(kPrice);
  for (int i = 0; i < 300; ++i) inputs.OnRefused(Refused("distance", "max"));
  EXPECT_TRUE(inputs.Due(kStart + minutes(70)).empty());
}

}  // namespace
}  // namespace mooring::monitoring
