#include "serving/stop_limits/budget_table.h"

#include <gtest/gtest.h>

#include "serving/stop_limits/ledger_for_tests.h"

namespace mooring::serving {
namespace {

TEST(BudgetTable, FindsWhatItWasGiven) {
  BudgetTable table(10'000);
  EXPECT_EQ(table.Find(StateId(1)), nullptr);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    table.Need(StateId(i)).latched_at = static_cast<std::int64_t>(i + 1);
  }
  EXPECT_EQ(table.size(), 5000U);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    EXPECT_EQ(table.Find(StateId(i))->latched_at, static_cast<std::int64_t>(i + 1));
  }
  EXPECT_TRUE(table.HasRoom(5000));
  EXPECT_FALSE(table.HasRoom(5001));
}

TEST(BudgetTable, ForgetsOnlyWhatIsDeadAFewAtATime) {
  BudgetTable table(100);
  for (std::uint64_t i = 0; i < 10; ++i) table.Join(table.Need(StateId(i)), StateId(100));
  table.Find(StateId(0))->latched_at = 5;
  table.Find(StateId(1))->open = 5;
  table.Find(StateId(2))->arrival_ns = 60'001;
  table.Find(StateId(3))->sums.Add({0, 60, 1, 0, 1});
  table.Find(StateId(4))->NeedRare().results.Add(1, -1);
  table.Find(StateId(5))->NeedRare().pending.count = 1;
  table.Find(StateId(6))->taken = true;
  table.Sweep(1, 50);
  EXPECT_GE(table.size(), 9U);
  table.Sweep(20, 50);
  EXPECT_EQ(table.size(), 7U);
  EXPECT_EQ(table.FamilySize(StateId(100)), 7U);
  table.Sweep(20, 60);
  EXPECT_EQ(table.Find(StateId(3)), nullptr);
  EXPECT_EQ(table.size(), 6U);
  table.Sweep(20, 61);
  EXPECT_EQ(table.Find(StateId(2)), nullptr);
  EXPECT_EQ(table.size(), 5U);
}

TEST(BudgetTable, APlaceIsUsedAgainAndFresh) {
  BudgetTable table(1000);
  for (int round = 0; round < 100; ++round) {
    for (std::uint64_t i = 0; i < 1000; ++i) {
      Budget& budget = table.Need(StateId(i));
      EXPECT_EQ(budget.family, 0U);
      EXPECT_TRUE(budget.sums.empty());
      budget.sums.Add({0, round + 1, 1, 0, 1});
      table.Join(budget, StateId(5000));
    }
    EXPECT_EQ(table.FamilySize(StateId(5000)), 1000U);
    table.Sweep(2000, round + 1);
    EXPECT_EQ(table.size(), 0U);
    EXPECT_EQ(table.FamilySize(StateId(5000)), 0U);
  }
}

TEST(BudgetTable, ABudgetKeepsItsFirstFamily) {
  BudgetTable table(10);
  Budget& budget = table.Need(StateId(1));
  EXPECT_EQ(table.FamilyOf(budget), records::LimitStateId{});
  table.Join(budget, StateId(100));
  table.Join(budget, StateId(200));
  EXPECT_EQ(table.FamilyOf(budget), StateId(100));
  EXPECT_EQ(table.FamilySize(StateId(200)), 0U);
}

}  // namespace
}  // namespace mooring::serving
