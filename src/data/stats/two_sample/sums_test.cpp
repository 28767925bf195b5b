#include "data/stats/two_sample/sums.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::data {
namespace {

// A million times 0.1 is 100000 + 5.55e-12 (0.1 is not exact); adding plainly gives 100000.0000013.
TEST(Sums, OfAMillionEqualNumbersKeepTheirDigits) {
  BlockSum blocks;
  CompensatedSum compensated;
  double plain = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    blocks.Add(0.1);
    compensated.Add(0.1);
    plain += 0.1;
  }
  EXPECT_GT(std::abs(plain - 1e5), 1e-6);
  EXPECT_NEAR(blocks.Total(), 1e5, 1e-9);
  EXPECT_EQ(compensated.Total(), 1e5);
}

TEST(Sums, CompensatedKeepsWhatALargeNumberSwallows) {
  CompensatedSum sum;
  for (const double x : {1.0, 1e100, 1.0, -1e100}) sum.Add(x);
  EXPECT_EQ(sum.Total(), 2);
}

TEST(Sums, OfNothingAreZeroAndOfAnInfinityInfinite) {
  EXPECT_EQ(BlockSum().Total(), 0);
  EXPECT_EQ(CompensatedSum().Total(), 0);
  BlockSum sum;
  sum.Add(INFINITY);
  for (int i = 0; i < 20'000; ++i) sum.Add(1);
  EXPECT_TRUE(std::isinf(sum.Total()));
}

}  // namespace
}  // namespace mooring::data
