#include "serving/stop_limits/median_ring.h"

#include <gtest/gtest.h>

namespace mooring::serving {
namespace {

TEST(MedianRing, KnowsNothingUntilItIsFull) {
  MedianRing ring(3);
  ring.Add(5);
  ring.Add(1);
  EXPECT_EQ(ring.Median(), std::nullopt);
  ring.Add(9);
  EXPECT_EQ(ring.Median(), 5);
}

TEST(MedianRing, ForgetsTheOldest) {
  MedianRing ring(3);
  for (const int value : {5, 1, 9, 100, 200}) ring.Add(value);
  EXPECT_EQ(ring.Median(), 100);  // of 9, 100, 200
}

TEST(MedianRing, TakesTheLowerOfTwo) {
  MedianRing ring(4);
  for (const int value : {1, 2, 3, 4}) ring.Add(value);
  EXPECT_EQ(ring.Median(), 2);
}

}  // namespace
}  // namespace mooring::serving
