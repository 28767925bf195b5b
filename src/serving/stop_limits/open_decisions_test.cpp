#include "serving/stop_limits/open_decisions.h"

#include <gtest/gtest.h>

#include "serving/stop_limits/ledger_for_tests.h"

namespace mooring::serving {
namespace {

TEST(OpenDecisions, GivesBackOnce) {
  OpenDecisions open;
  const DecisionId decision{7, 0xFFFFFFFF, 0xFFFFFFFE};
  open.Hold(decision, {StateId(1), 100});
  open.Hold(decision, {StateId(2), 200});
  open.Hold({7, 0xFFFFFFFF, 1}, {StateId(1), 300});
  EXPECT_EQ(open.size(), 3U);
  const auto closing = open.Closing(decision);
  ASSERT_EQ(closing.size(), 2U);
  for (const records::LimitDelta& close : closing) {
    EXPECT_EQ(close.op, records::LimitOp::kClose);
    EXPECT_EQ(OpenDecisions::DecisionOf(close), decision);
    EXPECT_EQ(open.Close(decision, close.state), close.amount);
    EXPECT_EQ(open.Close(decision, close.state), 0);
  }
  EXPECT_TRUE(open.Closing(decision).empty());
  EXPECT_EQ(open.size(), 1U);
}

TEST(OpenDecisions, KnowsNothingOfOthers) {
  OpenDecisions open;
  EXPECT_TRUE(open.Closing({1, 1, 1}).empty());
  EXPECT_EQ(open.Close({1, 1, 1}, StateId(1)), 0);
}

}  // namespace
}  // namespace mooring::serving
