#include <gtest/gtest.h>

#include "serving/stop_limits/ledger_for_tests.h"

namespace mooring::serving {
namespace {

using Kind = records::LimitKind;

TEST(LedgerImage, ARestoredLedgerGoesOnAsTheOldOne) {
  LimitWorld world;
  const auto minute = Sliding(60, 12);
  TermShape sum = ShapeOf(Kind::kSum, 500, minute.get()), latch = ShapeOf(Kind::kCount, 0);
  const TermShape open = ShapeOf(Kind::kOpenExposure, 50);
  sum.keyed = true;
  sum.keys = 3;
  sum.family = StateId(77);
  latch.latch = true;
  for (std::uint64_t key = 1; key <= 3; ++key) {
    EXPECT_TRUE(world.Admit({TermOf(sum, key, 100), TermOf(open, 9, 10)}));
    world.clock.Advance(std::chrono::seconds(7));
  }
  EXPECT_FALSE(world.Admit(TermOf(latch, 8, 1)));
  const std::string bytes = world.ledger.Snapshot();
  LimitLedger::Options options;
  options.clock = &world.clock;
  LimitLedger restored(options);
  ASSERT_TRUE(restored.Restore(bytes).ok());
  EXPECT_EQ(restored.Snapshot(), bytes);
  EXPECT_EQ(restored.states(), world.ledger.states());
  EXPECT_EQ(restored.Of(TermOf(sum, 2, 0)).current, 100);
  EXPECT_GT(restored.Of(TermOf(latch, 8, 0)).latched_at, 0);
  EXPECT_EQ(restored.OpenOf(world.decision).size(), 0U);
  EXPECT_EQ(restored.OpenOf({1, 1, 2}), world.ledger.OpenOf({1, 1, 2}));
  records::LimitNote note;
  std::vector<std::uint16_t> rules;
  EXPECT_FALSE(restored.TryAdmit(std::vector{TermOf(sum, 4, 1)}, {}, note, rules).admitted);
  EXPECT_TRUE(restored.TryAdmit(std::vector{TermOf(sum, 3, 400)}, {}, note, rules).admitted);
}

TEST(LedgerImage, WhatIsUnderWayHoldsNothingOpen) {
  LimitWorld world;
  const TermShape open = ShapeOf(Kind::kOpenExposure, 50);
  records::LimitNote note;
  EXPECT_TRUE(world.AdmitOnly(TermOf(open, 1, 10), note));
  LimitWorld other;
  ASSERT_TRUE(other.ledger.Restore(world.ledger.Snapshot()).ok());
  EXPECT_EQ(other.Current(TermOf(open, 1, 0)), 0);
}

TEST(LedgerImage, AFreezeSurvivesARestart) {
  LimitWorld world;
  world.clock.JumpWall(std::chrono::hours(1));
  world.ledger.Now();
  ASSERT_TRUE(world.ledger.frozen());
  LimitWorld other;
  ASSERT_TRUE(other.ledger.Restore(world.ledger.Snapshot()).ok());
  EXPECT_TRUE(other.ledger.frozen());
  other.ledger.Thaw();
  EXPECT_FALSE(other.ledger.frozen());
}

TEST(LedgerImage, DamageLeavesTheLedgerAsItWas) {
  LimitWorld world;
  const TermShape count = ShapeOf(Kind::kCount, 5);
  EXPECT_TRUE(world.Admit(TermOf(count, 1, 1)));
  EXPECT_EQ(world.ledger.Restore("MLB1").error().code(), Code::kDataLoss);
  EXPECT_EQ(world.Current(TermOf(count, 1, 0)), 1);
}

}  // namespace
}  // namespace mooring::serving
