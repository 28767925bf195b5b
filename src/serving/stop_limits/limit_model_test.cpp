// The ledger against a reference that keeps every event; bench_limits runs the same 10,000,000
// times.
#include <gtest/gtest.h>

#include "serving/stop_limits/limit_model_for_tests.h"

namespace mooring::serving {
namespace {

TEST(LimitModel, NeverExceedsAndNeverDeniesWithoutAReason) {
  const LimitModelCount count = RunLimitModel(4010, 200'000);
  EXPECT_EQ(count.exceeded, 0U) << count.first;
  EXPECT_EQ(count.spurious, 0U) << count.first;
  EXPECT_EQ(count.missed, 0U) << count.first;
  // The run is worth something: all of it happened.
  EXPECT_GE(count.decisions, 200'000U);
  EXPECT_GT(count.admitted, 20'000U);
  EXPECT_LT(count.admitted, 180'000U);
  EXPECT_GT(count.crashes, 500U);
  EXPECT_GT(count.lost, 500U);
  EXPECT_GT(count.refused, 500U);
}

}  // namespace
}  // namespace mooring::serving
