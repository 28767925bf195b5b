// Kinds of limits, each by its rule. Vectors of rate and share were computed from the rules by hand
// and by a script apart from this code.
#include "serving/stop_limits/limit_check.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "serving/stop_limits/ledger_for_tests.h"

namespace mooring::serving {
namespace {

using Kind = records::LimitKind;
using std::chrono::milliseconds;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kDay = 86'400;

TEST(LimitKinds, RateIsGcraToTheNanosecond) {
  LimitWorld world;
  TermShape shape = ShapeOf(Kind::kRate, 0);
  shape.interval_ns = 100'000'000;
  shape.tolerance_ns = 400'000'000;
  const std::pair<int, int> arrivals[] = {
      // ms, retry ms or 0
      {0, 0},    {0, 0},   {0, 0},    {0, 0},    {0, 0},    {0, 100},  {100, 0},  {100, 100},
      {150, 50}, {200, 0}, {1000, 0}, {1000, 0}, {1000, 0}, {1000, 0}, {1000, 0}, {1000, 100}};
  int now = 0;
  for (const auto& [at, retry] : arrivals) {
    world.clock.Advance(milliseconds(at - now));
    now = at;
    EXPECT_EQ(world.Admit(TermOf(shape, 1, 1)), retry == 0) << at;
    EXPECT_EQ(world.ruling.retry_ns, retry * 1'000'000) << at;
  }
}

TEST(LimitKinds, ShareCountsFromItsFirstDecisions) {
  LimitWorld world;
  TermShape shape = ShapeOf(Kind::kShare, 0);
  shape.share_part = 1;
  shape.share_whole = 5;
  shape.after = 10;
  std::string verdicts;
  for (const char decision : std::string("PPPPPNNNNNNNNPPNNNNNP")) {
    verdicts += world.Admit(Marked(shape, 1, decision == 'P')) ? 'A' : 'D';
  }
  EXPECT_EQ(verdicts, "AADDDAAAAAAAADDAAAAAA");
  const LimitLedger::Usage usage = world.ledger.Of(Marked(shape, 1, true));
  EXPECT_EQ(usage.current, 16);
  EXPECT_EQ(usage.marked, 3);
}

TEST(LimitKinds, OthersMayNotRelyOnReliefThatNoRecordHolds) {
  LimitWorld world;
  TermShape share = ShapeOf(Kind::kShare, 0);
  share.share_part = 1;
  share.share_whole = 2;
  records::LimitNote batch, other;
  EXPECT_TRUE(world.AdmitOnly(Marked(share, 1, false), batch));
  EXPECT_FALSE(world.AdmitOnly(Marked(share, 1, true), other));
  EXPECT_TRUE(world.AdmitOnly(Marked(share, 1, true), batch));  // its own record
  world.ledger.Recorded(batch, {1, 1, 1});

  TermShape net = ShapeOf(Kind::kSum, 100);
  net.net = true;
  net.min = -100;
  records::LimitNote relief;
  EXPECT_TRUE(world.Admit(TermOf(net, 2, 100)));
  EXPECT_TRUE(world.AdmitOnly(TermOf(net, 2, -50), relief));
  EXPECT_FALSE(world.AdmitOnly(TermOf(net, 2, 50), other));
  world.ledger.Recorded(relief, {1, 1, 9});
  EXPECT_TRUE(world.AdmitOnly(TermOf(net, 2, 50), other));
  EXPECT_EQ(world.Current(TermOf(net, 2, 0)), 100);
}

TEST(LimitKinds, SumsAreWeightedAndNetHasTwoEnds) {
  LimitWorld world;
  const TermShape gross = ShapeOf(Kind::kSum, 100);
  EXPECT_TRUE(world.Admit(TermOf(gross, 1, 60)));
  EXPECT_FALSE(world.Admit(TermOf(gross, 1, 41)));
  EXPECT_TRUE(world.Admit(TermOf(gross, 1, 40)));
  EXPECT_FALSE(world.Admit(TermOf(gross, 1, -5)));  // a gross amount is not negative
  TermShape net = ShapeOf(Kind::kSum, 100);
  net.net = true;
  net.min = -30;
  EXPECT_TRUE(world.Admit(TermOf(net, 2, -30)));
  EXPECT_FALSE(world.Admit(TermOf(net, 2, -1)));
  EXPECT_EQ(world.note.hits.at(0).threshold, -30);
  EXPECT_TRUE(world.Admit(TermOf(net, 2, 130)));
  EXPECT_FALSE(world.Admit(TermOf(net, 2, 1)));
}

TEST(LimitKinds, ANetSumIsHeldWhenItsReliefLeavesTheWindow) {
  LimitWorld world;
  const auto minute = Sliding(60, 60);
  TermShape net = ShapeOf(Kind::kSum, 100, minute.get());
  net.net = true;
  net.min = -100;
  EXPECT_TRUE(world.Admit(TermOf(net, 1, -50)));
  world.clock.Advance(std::chrono::seconds(30));
  EXPECT_FALSE(world.Admit(TermOf(net, 1, 120)));  // 70 now, 120 half a minute later
  EXPECT_TRUE(world.Admit(TermOf(net, 1, 100)));
}

TEST(LimitKinds, ExposureIsOpenUntilClosedOnce) {
  LimitWorld world;
  const TermShape shape = ShapeOf(Kind::kOpenExposure, 100);
  EXPECT_TRUE(world.Admit(TermOf(shape, 1, 100)));
  const DecisionId held = world.decision;
  world.clock.Advance(std::chrono::hours(24 * 400));
  EXPECT_FALSE(world.Admit(TermOf(shape, 1, 1)));
  records::LimitNote close;
  close.deltas = world.ledger.OpenOf(held);
  ASSERT_EQ(close.deltas.size(), 1U);
  world.ledger.Fold(close, {});
  world.ledger.Fold(close, {});
  EXPECT_TRUE(world.ledger.OpenOf(held).empty());
  EXPECT_EQ(world.Current(TermOf(shape, 1, 0)), 0);
  EXPECT_TRUE(world.Admit(TermOf(shape, 1, 100)));
}

records::LimitNote Result(std::uint64_t state, std::int64_t amount) {
  records::LimitNote note;
  note.deltas.push_back({records::LimitOp::kResult, 0, StateId(state), 0, kMost, amount});
  return note;
}

TEST(LimitKinds, DrawdownTripsBelowThePeakOrOnTheWorstCase) {
  LimitWorld world;
  const TermShape soft = ShapeOf(Kind::kDrawdown, 50);
  world.ledger.Fold(Result(1, 200), {});
  world.ledger.Fold(Result(1, -49), {});
  EXPECT_TRUE(world.Admit(TermOf(soft, 1, 0)));
  world.ledger.Fold(Result(1, -1), {});
  EXPECT_FALSE(world.Admit(TermOf(soft, 1, 0)));
  EXPECT_EQ(world.ledger.Of(TermOf(soft, 1, 0)).peak, 200);
  EXPECT_EQ(world.ledger.Of(TermOf(soft, 1, 0)).result, 150);
  TermShape hard = ShapeOf(Kind::kDrawdown, 100);
  hard.hard = true;
  EXPECT_TRUE(world.Admit(TermOf(hard, 2, 60)));
  const DecisionId open = world.decision;
  EXPECT_FALSE(world.Admit(TermOf(hard, 2, 41)));
  world.ledger.Fold(Result(2, -30), {});
  EXPECT_FALSE(world.Admit(TermOf(hard, 2, 11)));
  records::LimitNote close;
  close.deltas = world.ledger.OpenOf(open);
  world.ledger.Fold(close, {});
  EXPECT_TRUE(world.Admit(TermOf(hard, 2, 70)));
}

TEST(LimitKinds, GrowthIsAgainstTheSameWindowOfEarlierWeeks) {
  LimitWorld world;
  const auto day = Calendar(records::LimitWindow::Kind::kDay, "Europe/Berlin");
  TermShape shape = ShapeOf(Kind::kGrowth, 0, day.get());
  shape.growth_part = 3;
  shape.growth_whole = 2;
  shape.at_least = 100;
  shape.reference_weeks = 4;
  EXPECT_FALSE(world.Admit(TermOf(shape, 1, 101)));
  for (int week = 0; week < 4; ++week) {
    EXPECT_TRUE(world.Admit(TermOf(shape, 1, 100))) << week;
    world.clock.Advance(std::chrono::seconds(kDay));
    EXPECT_TRUE(world.Admit(TermOf(shape, 1, 10)));  // another weekday
    world.clock.Advance(std::chrono::seconds(6 * kDay));
  }
  EXPECT_TRUE(world.Admit(TermOf(shape, 1, 150)));  // 1.5 times the mean of 100
  EXPECT_FALSE(world.Admit(TermOf(shape, 1, 1)));
  EXPECT_EQ(world.note.hits.at(0).threshold, 150);
}

// The shape's max stands for what its own fields say; a term with half of it is half as much.
TEST(LimitKinds, AnotherMaxScalesRatesSharesAndGrowth) {
  LimitWorld world;
  TermShape rate = ShapeOf(Kind::kRate, 10);
  rate.interval_ns = 100'000'000;
  rate.tolerance_ns = 100'000'000;  // two at once
  LimitTerm term = TermOf(rate, 1, 1);
  term.max = 3;
  EXPECT_TRUE(world.Admit(term) && world.Admit(term));
  EXPECT_FALSE(world.Admit(term));
  EXPECT_EQ(world.ruling.retry_ns, 333'333'334) << "rounded up";
  term.max = 20;
  world.clock.Advance(std::chrono::seconds(10));
  EXPECT_TRUE(world.Admit(term) && world.Admit(term));
  EXPECT_FALSE(world.Admit(term));
  EXPECT_EQ(world.ruling.retry_ns, 50'000'000);
  term.max = 0;
  world.clock.Advance(std::chrono::seconds(10));
  EXPECT_FALSE(world.Admit(term));
  term.max = kMost;
  EXPECT_TRUE(world.Admit(term));

  TermShape share = ShapeOf(Kind::kShare, 200'000'000);
  share.share_part = 1;
  share.share_whole = 5;
  share.after = 100;
  const auto marked_until_denied = [&](std::uint64_t state, std::int64_t max) {
    LimitTerm one = Marked(share, state, true);
    one.max = max;
    int admitted = 0;
    while (world.Admit(one)) ++admitted;
    return admitted;
  };
  EXPECT_EQ(marked_until_denied(2, 200'000'000), 20);
  EXPECT_EQ(marked_until_denied(3, 100'000'000), 10);
  EXPECT_EQ(marked_until_denied(4, 99'999'999), 9) << "rounded down";
  EXPECT_EQ(marked_until_denied(5, 300'000'000), 30);
  EXPECT_EQ(marked_until_denied(6, 0), 0);
  EXPECT_EQ(marked_until_denied(7, -5), 0);

  const auto day = Calendar(records::LimitWindow::Kind::kDay, "UTC");
  TermShape growth = ShapeOf(Kind::kGrowth, 1'500'000'000, day.get());
  growth.growth_part = 3;
  growth.growth_whole = 2;
  growth.at_least = 100;
  growth.reference_weeks = 1;
  EXPECT_TRUE(world.Admit(TermOf(growth, 8, 100)));
  world.clock.Advance(std::chrono::seconds(7 * kDay));
  const auto allowed = [&](std::int64_t max) {
    LimitTerm one = TermOf(growth, 8, 1'000);
    one.max = max;
    EXPECT_FALSE(world.Admit(one));
    return world.note.hits.at(0).threshold;
  };
  EXPECT_EQ(allowed(1'500'000'000), 150);
  EXPECT_EQ(allowed(1'200'000'000), 120);
  EXPECT_EQ(allowed(3'000'000'000), 300);
  EXPECT_EQ(allowed(0), 100) << "always allowed";
}

TEST(LimitKinds, RepeatLatchesTheKeyNotTheDecision) {
  LimitWorld world;
  TermShape shape = ShapeOf(Kind::kRepeat, 2);
  shape.latch = true;
  LimitTerm same = TermOf(shape, 11, 1), other = TermOf(shape, 12, 1);
  same.latch = other.latch = StateId(10);
  EXPECT_TRUE(world.Admit(same) && world.Admit(same) && world.Admit(other));
  EXPECT_FALSE(world.Admit(same));
  EXPECT_FALSE(world.Admit(other));
  EXPECT_TRUE(world.note.hits.at(0).latched);
}

TEST(LimitKinds, WhatCannotBeComparedIsDeniedAndChangesNothing) {
  const Kind kinds[] = {Kind::kSum,          Kind::kCount,    Kind::kRate,   Kind::kShare,
                        Kind::kOpenExposure, Kind::kDrawdown, Kind::kRepeat, Kind::kGrowth};
  for (const Kind kind : kinds) {
    LimitWorld world;
    TermShape shape = ShapeOf(kind, kMost);
    shape.latch = true;
    shape.hard = true;
    const std::string before = world.ledger.Snapshot();
    LimitTerm invalid = TermOf(shape, 1, 1);
    invalid.invalid = true;
    EXPECT_FALSE(world.Admit(invalid)) << static_cast<int>(kind);
    EXPECT_TRUE(world.note.deltas.empty());
    EXPECT_EQ(world.ledger.states(), 0U);
  }
  LimitWorld world;
  const TermShape sum = ShapeOf(Kind::kSum, kMost);
  EXPECT_TRUE(world.Admit(TermOf(sum, 1, kMost)));
  EXPECT_FALSE(world.Admit(TermOf(sum, 1, 1)));
  EXPECT_FALSE(world.Admit(TermOf(sum, 1, kMost)));
  EXPECT_FALSE(world.Admit(TermOf(sum, 1, std::numeric_limits<std::int64_t>::min())));
  EXPECT_FALSE(world.Admit(TermOf(ShapeOf(Kind::kFreshness, kMost), 2, 1)));
}

// 1000 in any 60 s, 6000 events in bursts over minute borders. What other ways of counting would
// have let through is counted on the same data.
TEST(LimitWindows, OnlyWholeBucketsNeverExceed) {
  Rng rng(4020);
  std::vector<std::pair<std::int64_t, std::int64_t>> events;  // µs, amount
  std::int64_t at = 0;
  for (int i = 0; i < 6000; ++i) {
    const bool burst = at / 1'000'000 % 60 < 4 || at / 1'000'000 % 60 > 55;
    at += static_cast<std::int64_t>(rng.Below(burst ? 60'000 : 800'000));
    events.push_back({at, static_cast<std::int64_t>(1 + rng.Below(20))});
  }
  const auto largest = [](const std::vector<std::pair<std::int64_t, std::int64_t>>& admitted) {
    std::int64_t sum = 0, most = 0;
    for (std::size_t last = 0, first = 0; last < admitted.size(); ++last) {
      sum += admitted[last].second;
      while (admitted[first].first <= admitted[last].first - 60'000'000) {
        sum -= admitted[first++].second;
      }
      most = std::max(most, sum);
    }
    return most;
  };
  for (const std::uint32_t buckets : {60U, 12U, 1U}) {
    SimulatedClock clock(Time{Micros(1'700'000'000'000'000 / 60'000'000 * 60'000'000)});
    LimitLedger ledger({.clock = &clock});
    const auto minute = Sliding(60, buckets);
    const TermShape shape = ShapeOf(Kind::kSum, 1000, minute.get());
    std::vector<std::pair<std::int64_t, std::int64_t>> admitted;
    std::int64_t now = 0, total = 0;
    for (const auto& [when, amount] : events) {
      clock.Advance(Micros(when - now));
      now = when;
      records::LimitNote note;
      std::vector<std::uint16_t> hits;
      const std::vector<LimitTerm> terms{TermOf(shape, 1, amount)};
      if (!ledger.TryAdmit(terms, {}, note, hits).admitted) continue;
      admitted.push_back({when, amount});
      total += amount;
    }
    EXPECT_LE(largest(admitted), 1000) << buckets;
    EXPECT_GT(total, 1000) << buckets;
  }
  // The weighted estimate of two fixed windows, and fixed windows: both exceed on this data.
  for (const bool weighted : {true, false}) {
    std::vector<std::pair<std::int64_t, std::int64_t>> admitted;
    std::int64_t minute = 0, before = 0, current = 0;
    for (const auto& [when, amount] : events) {
      for (; when / 60'000'000 > minute; ++minute) {
        before = current;
        current = 0;
      }
      const std::int64_t left = 60'000'000 - when % 60'000'000;
      const std::int64_t estimate = current + (weighted ? before * left / 60'000'000 : 0);
      if (estimate + amount > 1000) continue;
      current += amount;
      admitted.push_back({when, amount});
    }
    EXPECT_GT(largest(admitted), 1000) << weighted;
  }
}

}  // namespace
}  // namespace mooring::serving
