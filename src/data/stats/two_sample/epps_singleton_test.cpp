#include "data/stats/two_sample/epps_singleton.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "data/stats/testing/draws.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

TEST(EppsSingleton, EqualSamplesAreAtZero) {
  const Values a = testing::Draw("normal", 50, 1, 0);
  const EppsSingletonResult result = EppsSingleton(a, a).value();
  EXPECT_EQ(result.degrees, 4);
  EXPECT_EQ(result.test.statistic, 0);
  EXPECT_EQ(result.test.p_value, 1);
}

TEST(EppsSingleton, DoesNotSeeAScaleNorAShiftOfBoth) {
  const Values a = testing::Draw("ties", 60, 1, 0), b = testing::Draw("ties", 45, 2, 0.4);
  const double plain = EppsSingleton(a, b).value().test.statistic;
  EXPECT_NEAR(EppsSingleton(b, a).value().test.statistic, plain, 1e-11 * plain);
  for (const auto& [scale, shift] :
       {std::pair{8.0, 0.0}, {1.0, 3.0}, {0x1p990, 0.0}, {0x1p-990, 0.0}}) {
    Values moved_a = a, moved_b = b;
    for (double& x : moved_a) x = x * scale + shift;
    for (double& x : moved_b) x = x * scale + shift;
    EXPECT_NEAR(EppsSingleton(moved_a, moved_b).value().test.statistic, plain, 1e-9 * plain);
  }
}

// Counts as the header says, by 200 draws of equal Poisson-like data: P(p < 0.05) is about 0.05.
TEST(EppsSingleton, HoldsItsLevelOnTies) {
  int rejected = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Values a = testing::Draw("ties", 80, 100 + seed, 0);
    const Values b = testing::Draw("ties", 80, 9100 + seed, 0);
    rejected += EppsSingleton(a, b).value().test.p_value < 0.05 ? 1 : 0;
  }
  EXPECT_GE(rejected, 5);
  EXPECT_LE(rejected, 38);  // 20 expected, 4 errors of 4.4
}

// Of 0 and 1 all four waves are straight lines: one direction, so that W is the squared difference
// of shares in units of its error: (0.25 - 0.75)^2 / (0.25 0.75 / 100 * 2) = 66.7.
TEST(EppsSingleton, OfTwoValuesHasOneDegree) {
  Values a(100, 0.0), b(100, 1.0);
  for (std::size_t i = 0; i < 25; ++i) a[i] = 1, b[i] = 0;
  const EppsSingletonResult result = EppsSingleton(a, b).value();
  EXPECT_EQ(result.degrees, 1);
  EXPECT_NEAR(result.test.statistic, 0.25 / (0.1875 / 50), 1e-9);
}

TEST(EppsSingleton, RefusesWhatHasNoSpread) {
  const Values some = testing::Draw("normal", 9, 1, 0), few{1, 2, 3, 4}, missing{1, 2, 3, 4, NAN},
               open{1, 2, 3, 4, INFINITY}, ones(20, 1.0), twos(20, 2.0);
  for (const Values& bad : {few, missing, open}) {
    EXPECT_EQ(EppsSingleton(some, bad).error().code(), Code::kInvalidArgument);
  }
  EXPECT_FALSE(EppsSingleton(ones, ones).ok());  // no interquartile range
  EXPECT_FALSE(EppsSingleton(ones, twos).ok());  // nothing varies inside of a sample
  Values mostly(20, 1.0);
  mostly[3] = 5;
  EXPECT_FALSE(EppsSingleton(ones, mostly).ok());
}

}  // namespace
}  // namespace mooring::data
