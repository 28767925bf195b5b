#include "data/stats/two_sample/cdf_walk.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace mooring::data {
namespace {

using Step = std::array<double, 3>;

std::vector<Step> Walk(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<Step> steps;
  WalkCdfs(a, b, [&](std::int64_t gap, double from, double to) {
    steps.push_back({static_cast<double>(gap), from, to});
  });
  return steps;
}

// Two against three values: up by 3 with one of the first, down by 2 with one of the second.
TEST(CdfWalk, GivesTheGapBetweenEachTwoNeighbours) {
  EXPECT_EQ(Walk({1, 4}, {2, 3, 5}),
            (std::vector<Step>{{0, 1, 1}, {3, 1, 2}, {1, 2, 3}, {-1, 3, 4}, {2, 4, 5}}));
  EXPECT_EQ(Walk({7}, {7}), (std::vector<Step>{{0, 7, 7}, {1, 7, 7}}));
  EXPECT_TRUE(Walk({}, {1, 2}).empty());
}

TEST(CdfWalk, EndsWithEitherSample) {
  EXPECT_EQ(Walk({1}, {2, 3}), (std::vector<Step>{{0, 1, 1}, {2, 1, 2}, {1, 2, 3}}));
  EXPECT_EQ(Walk({2, 3}, {1}), (std::vector<Step>{{0, 1, 1}, {-2, 1, 2}, {-1, 2, 3}}));
}

TEST(CdfWalk, CountsTiesOfBothSamples) {
  std::vector<std::array<std::size_t, 4>> ties;
  const std::vector<double> a{1, 1, 3}, b{1, 2, 3, 3};
  ForEachTie(a, b, [&](std::size_t i, std::size_t in_a, std::size_t j, std::size_t in_b) {
    ties.push_back({i, in_a, j, in_b});
  });
  EXPECT_EQ(ties,
            (std::vector<std::array<std::size_t, 4>>{{0, 2, 0, 1}, {2, 0, 1, 1}, {2, 1, 2, 2}}));
}

// Callers refuse NaN; should one slip through, the walk ends all the same.
TEST(CdfWalk, EndsOnNaN) {
  std::size_t values = 0;
  ForEachTie(
      std::vector<double>{1, NAN}, std::vector<double>{NAN, 2},
      [&](std::size_t, std::size_t in_a, std::size_t, std::size_t in_b) { values += in_a + in_b; });
  EXPECT_EQ(values, 4U);
}

}  // namespace
}  // namespace mooring::data
