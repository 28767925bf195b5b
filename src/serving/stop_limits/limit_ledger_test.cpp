#include "serving/stop_limits/limit_ledger.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "serving/stop_limits/ledger_for_tests.h"

namespace mooring::serving {
namespace {

using Kind = records::LimitKind;
using records::LimitOp;
using std::chrono::hours;
using std::chrono::seconds;

TEST(LimitLedger, ChecksAllBeforeItSpendsAny) {
  LimitWorld world;
  const TermShape wide = ShapeOf(Kind::kSum, 1000), narrow = ShapeOf(Kind::kCount, 1);
  EXPECT_TRUE(world.Admit({TermOf(wide, 1, 10), TermOf(narrow, 2, 1)}));
  EXPECT_FALSE(world.Admit({TermOf(wide, 1, 10), TermOf(narrow, 2, 1)}));
  EXPECT_EQ(world.Current(TermOf(wide, 1, 0)), 10);
  EXPECT_TRUE(world.note.deltas.empty());
  ASSERT_EQ(world.note.hits.size(), 1U);
  EXPECT_EQ(world.note.hits[0].current, 1);
  EXPECT_EQ(world.note.hits[0].threshold, 1);
  EXPECT_GT(world.note.at, 0);
}

TEST(LimitLedger, NamesEveryHitAndTheFirstAsWorst) {
  LimitWorld world;
  const TermShape shape = ShapeOf(Kind::kCount, 0);
  std::vector<LimitTerm> terms{TermOf(shape, 1, 1), TermOf(shape, 2, 1), TermOf(shape, 3, 1)};
  for (std::uint16_t i = 0; i < 3; ++i) terms[i].rule = static_cast<std::uint16_t>(7 + i);
  EXPECT_FALSE(world.Admit(terms));
  EXPECT_EQ(world.rules, (std::vector<std::uint16_t>{7, 8, 9}));
  EXPECT_EQ(world.ruling.worst, 7);
}

TEST(LimitLedger, TheSameBudgetTwiceIsNoWayAround) {
  LimitWorld world;
  const TermShape shape = ShapeOf(Kind::kSum, 100);
  EXPECT_FALSE(world.Admit({TermOf(shape, 1, 60), TermOf(shape, 1, 60)}));
  EXPECT_TRUE(world.Admit(TermOf(shape, 1, 60)));
  EXPECT_FALSE(world.Admit({TermOf(shape, 1, 10), TermOf(shape, 1, 10)}));
}

TEST(LimitLedger, AdvisoryTellsAndCountsButLetsThrough) {
  LimitWorld world;
  TermShape shape = ShapeOf(Kind::kSum, 100);
  shape.advisory = shape.latch = true;
  EXPECT_TRUE(world.Admit(TermOf(shape, 1, 150)));
  EXPECT_EQ(world.note.hits.size(), 1U);
  EXPECT_TRUE(world.note.hits[0].advisory);
  EXPECT_EQ(world.Current(TermOf(shape, 1, 0)), 150);
  EXPECT_EQ(world.ledger.Of(TermOf(shape, 1, 0)).latched_at, 0);
}

TEST(LimitLedger, ALatchHoldsUntilItIsReleased) {
  LimitWorld world;
  const auto minute = Sliding(60, 60);
  TermShape shape = ShapeOf(Kind::kSum, 100, minute.get());
  shape.latch = true;
  LimitTerm term = TermOf(shape, 1, 101);
  EXPECT_FALSE(world.Admit(term));
  ASSERT_EQ(world.note.deltas.size(), 1U);
  EXPECT_EQ(world.note.deltas[0].op, LimitOp::kLatch);
  EXPECT_FALSE(world.note.hits[0].latched);
  world.clock.Advance(hours(24 * 365));
  term.amount = 1;
  EXPECT_FALSE(world.Admit(term));
  EXPECT_TRUE(world.note.hits.at(0).latched);
  EXPECT_TRUE(world.note.deltas.empty());
  // A fixed value passes when it consumes nothing.
  EXPECT_FALSE(world.Admit(std::vector{term}, false));
  term.amount = 0;
  EXPECT_TRUE(world.Admit(std::vector{term}, false));
  EXPECT_FALSE(world.Admit(term));
  term.amount = 1;
  term.released_at = world.ledger.Now();
  EXPECT_TRUE(world.Admit(term));
  term.amount = 1000;
  EXPECT_FALSE(world.Admit(term));  // and shuts again, in the same microsecond
  term.amount = 1;
  EXPECT_FALSE(world.Admit(term));
}

TEST(LimitLedger, ALatchThatNoRecordTookIsNotedAgain) {
  LimitWorld world;
  TermShape shape = ShapeOf(Kind::kCount, 0);
  shape.latch = true;
  records::LimitNote first, second;
  EXPECT_FALSE(world.AdmitOnly(TermOf(shape, 1, 1), first));
  world.ledger.Undo(first);
  EXPECT_FALSE(world.AdmitOnly(TermOf(shape, 1, 1), second));
  ASSERT_EQ(second.deltas.size(), 1U);
  EXPECT_EQ(second.deltas[0], first.deltas.at(0));
}

TEST(LimitLedger, AFullMapDeniesNewKeysAndKeepsTheOld) {
  LimitWorld world;
  const auto minute = Sliding(60, 60);
  TermShape shape = ShapeOf(Kind::kSum, 100, minute.get());
  shape.keyed = true;
  shape.keys = 3;
  shape.family = StateId(1000);
  for (std::uint64_t key = 1; key <= 3; ++key) EXPECT_TRUE(world.Admit(TermOf(shape, key, 60)));
  EXPECT_FALSE(world.Admit(TermOf(shape, 4, 1)));
  EXPECT_TRUE(world.Admit(TermOf(shape, 1, 40)));
  EXPECT_FALSE(world.Admit(TermOf(shape, 1, 1)));
  world.clock.Advance(seconds(62));
  EXPECT_FALSE(world.Admit(TermOf(shape, 4, 1)));  // finds the expired, for the next one
  EXPECT_TRUE(world.Admit(TermOf(shape, 4, 1)));
}

TEST(LimitLedger, StatesAndOpenDecisionsAreBounded) {
  LimitWorld world({.max_states = 2, .max_open = 1});
  const TermShape count = ShapeOf(Kind::kCount, 10), open = ShapeOf(Kind::kOpenExposure, 10);
  EXPECT_FALSE(world.Admit({TermOf(count, 1, 1), TermOf(count, 2, 1), TermOf(count, 3, 1)}));
  EXPECT_TRUE(world.Admit({TermOf(count, 1, 1), TermOf(open, 2, 1)}));
  EXPECT_FALSE(world.Admit(TermOf(open, 2, 1)));
  EXPECT_FALSE(world.Admit(TermOf(count, 3, 1)));
  EXPECT_EQ(world.ledger.states(), 2U);
}

TEST(LimitLedger, ALoweredLimitHoldsAtOnce) {
  LimitWorld world;
  const TermShape shape = ShapeOf(Kind::kSum, 1000);
  EXPECT_TRUE(world.Admit(TermOf(shape, 1, 500)));
  LimitTerm lowered = TermOf(shape, 1, 1);
  lowered.max = 400;
  EXPECT_FALSE(world.Admit(lowered));
}

TEST(LimitLedger, CalendarBudgetsOpenAtLocalMidnightAlone) {
  const Time begin = ParseTime("2026-10-25T00:00:00+02:00").value();  // 25 hours in Berlin
  SimulatedClock clock(begin);
  LimitLedger ledger({.clock = &clock});
  const auto day = Calendar(records::LimitWindow::Kind::kDay, "Europe/Berlin");
  const TermShape shape = ShapeOf(Kind::kCount, 1, day.get());
  const auto admit = [&] {
    records::LimitNote note;
    std::vector<std::uint16_t> rules;
    return ledger.TryAdmit(std::vector{TermOf(shape, 1, 1)}, {}, note, rules).admitted;
  };
  EXPECT_TRUE(admit());
  for (int hour = 0; hour < 25; ++hour) {
    EXPECT_FALSE(admit()) << hour;
    clock.Advance(hours(1));
  }
  EXPECT_TRUE(admit());
}

TEST(LimitLedger, NoClockStepOpensABudget) {
  for (const Micros step : {Micros(hours(1)), Micros(hours(24 * 365))}) {
    for (const int sign : {1, -1}) {
      LimitWorld world;
      const auto day = Calendar(records::LimitWindow::Kind::kDay, "UTC");
      const TermShape shape = ShapeOf(Kind::kCount, 1, day.get());
      EXPECT_TRUE(world.Admit(TermOf(shape, 1, 1)));
      world.clock.JumpWall(step * sign);
      EXPECT_FALSE(world.Admit(TermOf(shape, 1, 1)));
      EXPECT_EQ(world.ledger.frozen(), sign > 0);
      world.clock.JumpWall(-step * sign);
      EXPECT_FALSE(world.Admit(TermOf(shape, 1, 1)));
      world.ledger.Thaw();
      EXPECT_FALSE(world.ledger.frozen());
    }
  }
}

TEST(LimitLedger, OfManyOneGetsTheLastUnit) {
  const TermShape shape = ShapeOf(Kind::kCount, 100);
  SimulatedClock clock;
  LimitLedger ledger({.clock = &clock});
  std::atomic<int> admitted = 0;
  std::vector<std::jthread> racers;
  for (int racer = 0; racer < 64; ++racer) {
    racers.emplace_back([&] {
      for (std::uint64_t round = 0; round < 100; ++round) {
        LimitTerm term = TermOf(shape, round, 100);
        records::LimitNote note;
        std::vector<std::uint16_t> rules;
        if (ledger.TryAdmit(std::span(&term, 1), {}, note, rules).admitted) ++admitted;
      }
    });
  }
  racers.clear();
  EXPECT_EQ(admitted, 100);
}

}  // namespace
}  // namespace mooring::serving
