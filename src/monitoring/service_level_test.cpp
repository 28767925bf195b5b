#include "monitoring/service_level.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::monitoring {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = Time(Micros(std::chrono::hours(24 * 20'000)));

ServicePromise Promise() {
  return {.latency_p95_ms = 200, .availability_pct = 99.9, .silence = std::chrono::seconds(600)};
}

// Traffic of `rate` requests a minute, of which `failed` fail and `slow` are slow.
struct Traffic {
  minutes length;
  int rate = 100;
  int failed = 0, slow = 0;
};

class Service : public testing::Test {
 protected:
  Service() : service_("price") { service_.SetPromise(Promise()); }

  void Run(const Traffic& traffic) {
    for (minutes at(0); at < traffic.length; at += minutes(1)) {
      for (int i = 0; i < traffic.failed; ++i) service_.AddRefusal(now_, "unavailable");
      for (int i = 0; i < traffic.rate - traffic.failed; ++i) {
        service_.AddDecisions(now_, i < traffic.slow ? 300'000 : 5'000, 1, 1);
      }
      now_ += minutes(1);
    }
  }
  std::string Findings() const {
    std::string text;
    for (const Finding& finding : service_.Report(now_).findings) {
      text +=
          finding.kind + " " + finding.subject + " " + std::string(LevelName(finding.level)) + "; ";
    }
    return text;
  }

  ServiceLevel service_;
  Time now_ = kStart;
};

TEST_F(Service, WellServedSaysNothing) {
  Run({.length = hours(3)});
  const ServiceReport report = service_.Report(now_);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.valid, 6000U);
  EXPECT_EQ(report.availability, 1);
  EXPECT_EQ(report.budget_left, 1);
  EXPECT_NEAR(report.p95_ms, 5, 0.5);
}

// The table of the SRE workbook for 99.9 %: at 1.5 % errors the 1 h window passes 14.4 after an
// hour, at 0.65 % only the 6 h window passes 6.
TEST_F(Service, BurnRatesFireByTheirTable) {
  Run({.length = hours(8)});
  Run({.length = minutes(60), .rate = 200, .failed = 3});
  EXPECT_EQ(Findings(), "error_budget availability alert; ");
}

TEST_F(Service, ASlowBurnIsAWarning) {
  Run({.length = hours(30), .rate = 1000, .failed = 4});
  const ServiceReport report = service_.Report(now_);
  EXPECT_EQ(Findings(), "error_budget availability warn; ");
  EXPECT_NEAR(report.availability, 0.996, 1e-12);
  EXPECT_NEAR(report.budget_left, -3, 1e-9);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].threshold, 3);
  EXPECT_NEAR(report.findings[0].value, 4, 1e-9);
}

TEST_F(Service, WhatIsOverStopsBurningInTheShortWindow) {
  Run({.length = hours(8)});
  Run({.length = minutes(30), .rate = 100, .failed = 50});
  EXPECT_EQ(Findings(), "error_budget availability alert; ");
  Run({.length = minutes(6)});
  const auto findings = service_.Report(now_).findings;
  for (const Finding& finding : findings) EXPECT_NE(finding.threshold, 14.4);
}

TEST_F(Service, FewEventsSayNothing) {
  Run({.length = hours(1), .rate = 1, .failed = 1});
  EXPECT_EQ(Findings().find("error_budget"), std::string::npos) << Findings();
}

TEST_F(Service, CallersMistakesAreNotOurs) {
  Run({.length = hours(1)});
  for (int i = 0; i < 10'000; ++i) service_.AddRefusal(now_, "invalid_argument");
  now_ += minutes(1);
  EXPECT_TRUE(service_.Report(now_).findings.empty());
}

TEST_F(Service, SlowAnswersAreALatencyAlert) {
  Run({.length = hours(1)});
  Run({.length = minutes(5), .slow = 6});
  EXPECT_EQ(Findings(), "latency  alert; ");
  EXPECT_NEAR(service_.Report(now_).p99_ms, 5, 100);
}

TEST_F(Service, SilenceIsToldOnceAndTheSameWay) {
  Run({.length = minutes(5)});
  now_ += minutes(11);
  const auto first = service_.Report(now_).findings;
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].kind, "freshness");
  now_ += minutes(5);
  EXPECT_EQ(FindingsJson(service_.Report(now_).findings), FindingsJson(first));
  Run({.length = minutes(1)});
  EXPECT_TRUE(service_.Report(now_).findings.empty());
}

TEST_F(Service, AnHourUnlikeThatOfTwoDaysIsAWarning) {
  Run({.length = hours(49)});
  Run({.length = hours(1), .rate = 10});
  EXPECT_EQ(Findings(), "volume  warn; ");
  Run({.length = hours(1), .rate = 400});
  EXPECT_EQ(Findings(), "volume  warn; ");
}

TEST_F(Service, OldMinutesGoAndOldEventsAreLeftOut) {
  Run({.length = minutes(10), .failed = 100});
  now_ += hours(73);
  Run({.length = minutes(10)});
  EXPECT_EQ(service_.Report(now_).availability, 1);
  service_.AddRefusal(kStart, "unavailable");  // older than the 72 hours kept
  EXPECT_EQ(service_.Report(now_).availability, 1);
}

TEST_F(Service, NothingYetIsNoReportOfHealth) {
  const ServiceReport report = service_.Report(now_);
  EXPECT_EQ(report.valid, 0U);
  EXPECT_TRUE(std::isnan(report.availability));
  EXPECT_TRUE(std::isnan(report.p95_ms));
}

TEST_F(Service, AReportComesBackFromTheRegistry) {
  Run({.length = hours(1), .failed = 50});
  const ServiceReport report = service_.Report(now_);
  const records::StoredVerdict stored = ToStored(report);
  EXPECT_EQ(stored.kind, "service_level");
  EXPECT_EQ(stored.verdict, "broken");
  const auto back = ServiceFromStored(stored);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(EvidenceJson(*back), EvidenceJson(report));
  EXPECT_EQ(back->findings.size(), report.findings.size());
  records::StoredVerdict damaged = stored;
  const std::size_t at = damaged.evidence_json.find("\"long_minutes\":60");
  ASSERT_NE(at, std::string::npos);
  damaged.evidence_json.replace(at, 17, "\"long_minutes\":18446744073709551615");
  EXPECT_EQ(ServiceFromStored(damaged).error().code(), Code::kDataLoss);
  damaged.evidence_json = "{}";
  EXPECT_EQ(ServiceFromStored(damaged).error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace mooring::monitoring
