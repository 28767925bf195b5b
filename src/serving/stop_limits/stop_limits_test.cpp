#include "serving/stop_limits/stop_limits.h"

#include <gtest/gtest.h>

#include <cmath>

#include "records/contract/contract.h"
#include "serving/stop_limits/limit_set.h"
#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::FallbackCause;
using records::LimitAction;
using records::LimitKind;
using records::LimitRule;
using records::Verdict;
using Source = LimitCandidate::Source;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

LimitRule Sum(std::string_view max) {
  LimitRule rule = RuleOf("daily", LimitKind::kSum);
  rule.quantity = "120 * probability";
  rule.window.kind = records::LimitWindow::Kind::kLifetime;
  rule.max = data::Decimal::Parse(max);
  return rule;
}

TEST(StopLimits, AreNothingForAContractWithoutThem) {
  LimitBench bench(PricingContract());
  EXPECT_TRUE(bench.Admit({.score = 0.5, .amount_minor = 6000}).admitted);
  EXPECT_TRUE(bench.note.empty());
}

TEST(StopLimits, SpendTheQuantityRoundedAwayFromZero) {
  // 120 * 0.0000001 = 0.000012 roubles: a kopeck.
  LimitBench bench(PricingContract({Sum("0.03")}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(bench.Admit({.score = 1e-7, .amount_minor = 0}).admitted) << i;
  }
  const LimitRuling fourth = bench.Admit({.score = 1e-7, .amount_minor = 0});
  EXPECT_FALSE(fourth.admitted);
  EXPECT_EQ(fourth.then, LimitAction::kFallback);
  EXPECT_EQ(fourth.cause, FallbackCause::kExhausted);
  ASSERT_EQ(bench.note.deltas.size(), 3U);
  EXPECT_EQ(bench.note.deltas[0].amount, 1);
  ASSERT_EQ(bench.note.hits.size(), 1U);
  EXPECT_EQ(bench.note.hits[0].limit, "daily");
  EXPECT_EQ(bench.note.hits[0].digits, 2);
  EXPECT_EQ(bench.note.hits[0].current, 3);
  EXPECT_EQ(bench.note.hits[0].threshold, 3);
  EXPECT_EQ(bench.note.limit_set.size(), 32U);
}

TEST(StopLimits, DenyWhatCannotBeComputed) {
  for (const double score : {kNone, std::numeric_limits<double>::infinity(), 1e300, 1e17}) {
    LimitBench bench(PricingContract({Sum("500000")}));
    const LimitRuling ruling = bench.Admit({.score = score, .amount_minor = 0});
    EXPECT_FALSE(ruling.admitted) << score;
    EXPECT_TRUE(ruling.input_invalid) << score;
    EXPECT_EQ(ruling.then, LimitAction::kDeny) << score;
    EXPECT_EQ(ruling.cause, FallbackCause::kInvalid) << score;
    EXPECT_TRUE(bench.note.deltas.empty()) << score;
    ASSERT_EQ(bench.note.hits.size(), 1U);
    EXPECT_EQ(bench.note.hits[0].current, kInvalidQuantity);
  }
}

TEST(StopLimits, TellEverythingThatSaysNoAndTheWorstOfIt) {
  LimitRule bound = RuleOf("price", LimitKind::kBound);
  bound.max = data::Decimal(50);
  bound.then = LimitAction::kReview;
  LimitBench bench(PricingContract({Sum("10"), bound}));
  const LimitRuling ruling = bench.Admit({.score = 0.5, .amount_minor = 6000});
  EXPECT_FALSE(ruling.admitted);
  EXPECT_EQ(ruling.then, LimitAction::kReview);
  EXPECT_EQ(ruling.cause, FallbackCause::kInvalid);
  ASSERT_EQ(bench.note.hits.size(), 2U);
  EXPECT_EQ(bench.note.hits[0].limit, "price");  // bounds come first
  EXPECT_EQ(bench.note.hits[1].limit, "daily");
  EXPECT_TRUE(bench.note.deltas.empty());
}

TEST(StopLimits, AHitOfABoundDoesNotTellTheRawAmount) {
  LimitRule bound = RuleOf("price", LimitKind::kBound);
  bound.max = data::Decimal(50);
  LimitBench bench(PricingContract({bound}));
  EXPECT_FALSE(bench.Admit({.score = 0.5, .amount_minor = 6001}).admitted);
  ASSERT_EQ(bench.note.hits.size(), 1U);
  EXPECT_EQ(bench.note.hits[0].current, 5000);
  EXPECT_EQ(bench.note.hits[0].threshold, 5000);
}

TEST(StopLimits, WhatIsAdvisoryOnlyTells) {
  LimitRule sum = Sum("10");
  sum.advisory = true;
  LimitRule bound = RuleOf("price", LimitKind::kBound);
  bound.max = data::Decimal(50);
  bound.then = LimitAction::kClamp;
  bound.advisory = true;
  LimitBench bench(PricingContract({sum, bound}));
  const LimitRuling ruling = bench.Admit({.score = 0.5, .amount_minor = 6000});
  EXPECT_TRUE(ruling.admitted);
  EXPECT_FALSE(ruling.clamped);
  EXPECT_EQ(bench.decision.amount_minor, 6000);
  ASSERT_EQ(bench.note.hits.size(), 2U);
  EXPECT_TRUE(bench.note.hits[0].advisory);
  EXPECT_TRUE(bench.note.hits[1].advisory);
}

TEST(StopLimits, AClampedValueGoesThroughTheRestAndComesBackWhenThatSaysNo) {
  LimitRule bound = RuleOf("price", LimitKind::kBound);
  bound.max = data::Decimal(50);
  bound.then = LimitAction::kClamp;
  LimitRule sum = Sum("120");
  sum.quantity = "amount";
  LimitBench bench(PricingContract({bound, sum}));
  for (int i = 0; i < 2; ++i) {
    const LimitRuling ruling = bench.Admit({.score = 0.5, .amount_minor = 6000});
    EXPECT_TRUE(ruling.admitted && ruling.clamped);
    EXPECT_EQ(bench.decision.amount_minor, 5000);
    EXPECT_EQ(bench.decision.verdict, Verdict::kClamp);
    EXPECT_TRUE(std::isnan(bench.decision.score));  // the raw value does not leave
  }
  const LimitRuling third = bench.Admit({.score = 0.5, .amount_minor = 6000});
  EXPECT_FALSE(third.admitted || third.clamped);
  EXPECT_EQ(bench.decision.amount_minor, 6000);
  EXPECT_EQ(bench.decision.verdict, Verdict::kAdmit);
}

TEST(StopLimits, AFixedValueThatIsFreeSpendsNothing) {
  LimitRule bound = RuleOf("price", LimitKind::kBound);
  bound.max = data::Decimal(50);
  LimitBench bench(PricingContract({Sum("60"), bound}));
  const LimitBench::Ask fixed{.score = 0.5, .amount_minor = 4500, .source = Source::kFixed};
  EXPECT_TRUE(bench.Admit(fixed).admitted);  // spends 60
  EXPECT_FALSE(bench.Admit(fixed).admitted);
  LimitBench::Ask free = fixed;
  free.consumes_nothing = true;
  EXPECT_TRUE(bench.Admit(free).admitted);
  EXPECT_EQ(bench.note.deltas.size(), 1U);
  free.amount_minor = 5001;  // bounds hold all the same
  EXPECT_FALSE(bench.Admit(free).admitted);
}

TEST(StopLimits, OnlyARateTellsWhenToComeAgain) {
  LimitRule rate = RuleOf("pace", LimitKind::kRate);
  rate.rate_count = 10;
  rate.rate_period = std::chrono::seconds(1);
  rate.burst = 5;
  LimitBench bench(PricingContract({rate, Sum("290")}));
  const LimitBench::Ask ask{.score = 0.5, .amount_minor = 6000};
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(bench.Admit(ask).admitted);
  LimitRuling ruling = bench.Admit(ask);  // 60 * 5 > 290
  EXPECT_FALSE(ruling.admitted || ruling.by_rate);
  EXPECT_TRUE(bench.Admit({.score = 0.1, .amount_minor = 0}).admitted);  // the fifth of the burst
  ruling = bench.Admit({.score = 0.1, .amount_minor = 0});
  EXPECT_TRUE(!ruling.admitted && ruling.by_rate);
  EXPECT_EQ(ruling.retry_ns, 100'000'000);  // T
}

TEST(StopLimits, ControlsReplaceAndRampAMaximum) {
  LimitRule sum = Sum("600");
  sum.window.kind = records::LimitWindow::Kind::kLifetime;
  LimitBench bench(PricingContract({sum}));
  bench.controls.limits["cover/daily"] = {
      .max = 12'000,
      .released_at = 0,
      .ramp = {{bench.Now(), 1, 2}, {bench.Now() + 1'000'000, 1, 1}}};
  ++bench.controls.revision;
  const LimitBench::Ask ask{.score = 0.5, .amount_minor = 6000};  // 60.00 each
  EXPECT_TRUE(bench.Admit(ask).admitted);
  EXPECT_FALSE(bench.Admit(ask).admitted);  // half of 120.00
  EXPECT_EQ(bench.note.hits.back().threshold, 6000);
  bench.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(bench.Admit(ask).admitted);
  EXPECT_FALSE(bench.Admit(ask).admitted);
}

TEST(StopLimits, ALatchHoldsUntilItIsReleased) {
  LimitRule sum = Sum("60");
  sum.latch = true;
  LimitBench bench(PricingContract({sum}));
  EXPECT_FALSE(bench.Admit({.score = 0.6, .amount_minor = 0}).admitted);
  EXPECT_FALSE(bench.Admit({.score = 0.1, .amount_minor = 0}).admitted);  // would fit
  EXPECT_TRUE(bench.note.hits.back().latched);
  bench.Advance(std::chrono::seconds(1));
  bench.controls.limits["cover/daily"].released_at = bench.Now();
  ++bench.controls.revision;
  bench.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(bench.Admit({.score = 0.1, .amount_minor = 0}).admitted);
}

TEST(StopLimits, ABoundThatLatchesStaysShut) {
  LimitRule bound = RuleOf("price", LimitKind::kBound);
  bound.max = data::Decimal(50);
  bound.latch = true;
  LimitBench bench(PricingContract({bound}));
  EXPECT_TRUE(bench.Admit({.score = 0.5, .amount_minor = 4000}).admitted);
  EXPECT_TRUE(bench.note.deltas.empty());
  EXPECT_FALSE(bench.Admit({.score = 0.5, .amount_minor = 5001}).admitted);
  EXPECT_FALSE(bench.Admit({.score = 0.5, .amount_minor = 4000}).admitted);
  EXPECT_EQ(bench.note.hits.back().limit, "price");
  EXPECT_TRUE(bench.note.hits.back().latched);
}

TEST(StopLimits, ARepeatShutsTheKeyAndNoOther) {
  LimitRule repeat = RuleOf("again", LimitKind::kRepeat);
  repeat.per = {"seat"};
  repeat.max = data::Decimal(2);
  repeat.window.length = std::chrono::hours(1);
  repeat.latch = true;
  LimitBench bench(PricingContract({repeat}));
  const LimitBench::Ask ask{.score = 0.5, .amount_minor = 6000, .seat = "12A"};
  EXPECT_TRUE(bench.Admit(ask).admitted);
  EXPECT_TRUE(bench.Admit(ask).admitted);
  LimitBench::Ask other = ask;
  other.amount_minor = 6001;
  EXPECT_TRUE(bench.Admit(other).admitted);  // not the same decision
  EXPECT_FALSE(bench.Admit(ask).admitted);
  other.amount_minor = 6002;
  EXPECT_FALSE(bench.Admit(other).admitted);  // the key is shut now
  other.seat = "12B";
  EXPECT_TRUE(bench.Admit(other).admitted);
}

}  // namespace
}  // namespace mooring::serving
