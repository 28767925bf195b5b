#include "monitoring/service_watch.h"

#include <gtest/gtest.h>

namespace mooring::monitoring {
namespace {

using std::chrono::minutes;

class ServiceWatchTest : public testing::Test {
 protected:
  ServiceWatchTest() {
    auto binding = std::make_shared<records::Binding>();
    binding->model = "price";
    binding->version = 2;
    binding_ = binding;
    contract_.latency_p95_ms = 100;
    contract_.availability_pct = 99;
  }
  // A minute with so many answers, of which `failed` fail, and the verdicts on it.
  std::vector<records::StoredVerdict> Minute(int answers, int failed) {
    const std::vector<records::RowDecision> rows(1);
    for (int i = 0; i < answers; ++i) {
      watch_.OnDecisions({.binding = binding_, .at = now_, .latency_us = latency_us_, .rows = rows},
                         &contract_);
    }
    for (int i = 0; i < failed; ++i) {
      watch_.OnRefusal({.at = now_, .model = "price", .code = "unavailable"});
    }
    now_ += minutes(1);
    return watch_.Due(now_);
  }

  ServiceWatch watch_;
  std::shared_ptr<const records::Binding> binding_;
  records::Contract contract_;
  std::uint32_t latency_us_ = 900;
  Time now_ = Time(Micros(std::chrono::hours(24 * 20'000)));
};

TEST_F(ServiceWatchTest, AHealthyModelIsToldOfOnceAnHour) {
  int told = 0;
  for (int i = 0; i < 120; ++i) told += static_cast<int>(Minute(50, 0).size());
  EXPECT_GE(told, 2);
  EXPECT_LE(told, 3);
  EXPECT_TRUE(watch_.Due(now_).empty());  // the same minute again
  EXPECT_EQ(watch_.latest().at("price").version, 2U);
}

TEST_F(ServiceWatchTest, TroubleIsToldEachMinuteAndItsEndThreeTimes) {
  for (int i = 0; i < 61; ++i) Minute(50, 0);
  for (int i = 0; i < 5; ++i) Minute(0, 200);
  const auto bad = Minute(0, 200);
  ASSERT_EQ(bad.size(), 1U);
  EXPECT_EQ(bad[0].verdict, "broken");
  int told = 0, broken = 0;
  for (int i = 0; i < 72 * 60; ++i) {
    for (const auto& verdict : Minute(200, 0)) {
      ++told;
      broken += verdict.verdict == "broken" ? 1 : 0;
    }
  }
  EXPECT_GT(broken, 0);
  EXPECT_LT(broken, 60);
  EXPECT_GT(told, broken + 3);
}

TEST_F(ServiceWatchTest, AnAnswerIsAsSlowAsTheContractItWasGivenUnderSays) {
  latency_us_ = 150'000;
  Minute(10, 0);
  EXPECT_EQ(watch_.latest().at("price").slow, 10U);  // the first too
  contract_.latency_p95_ms = 200;
  Minute(10, 0);
  EXPECT_EQ(watch_.latest().at("price").slow, 10U);
  EXPECT_EQ(watch_.latest().at("price").latency_target_ms, 200);
}

TEST_F(ServiceWatchTest, RefusalsOfUnknownModelsAreNobodys) {
  Minute(10, 0);
  watch_.OnRefusal({.at = now_, .model = "prise", .code = "unavailable"});
  EXPECT_EQ(watch_.latest().size(), 1U);
}

}  // namespace
}  // namespace mooring::monitoring
