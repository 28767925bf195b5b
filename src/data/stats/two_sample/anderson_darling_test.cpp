#include "data/stats/two_sample/anderson_darling.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "data/stats/testing/draws.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

// Scholz and Stephens 1987, section 8: smoothness of paper by four laboratories, eight values each.
// A^2 is 8.3926 with midranks, its standard deviation 1.2038: (8.3926 - 3) / 1.2038 = 4.480.
TEST(AndersonDarling, GivesThePapersExample) {
  const std::array<Values, 4> laboratories{Values{38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0},
                                           Values{39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8},
                                           Values{34.0, 35.0, 39.0, 40.0, 43.0, 43.0, 44.0, 45.0},
                                           Values{34.0, 34.8, 34.8, 35.4, 37.2, 37.8, 41.2, 42.8}};
  const std::vector<std::span<const double>> views(laboratories.begin(), laboratories.end());
  const TestResult result = AndersonDarling(views).value();
  EXPECT_NEAR(result.statistic, 4.480, 0.001);
  EXPECT_NEAR(result.p_value, 0.0020, 0.0005);
}

TEST(AndersonDarling, PValueStaysBetweenItsTabulatedEnds) {
  const Values a = testing::Draw("normal", 100, 1, 0);
  EXPECT_EQ(AndersonDarling(a, a).value().p_value, 0.25);
  const Values far = testing::Draw("normal", 100, 2, 5);
  EXPECT_EQ(AndersonDarling(a, far).value().p_value, 0.001);
}

TEST(AndersonDarling, SeesOrderOnlyAndNotWhichSampleIsFirst) {
  const Values a = testing::Draw("normal", 60, 1, 0), b = testing::Draw("normal", 40, 2, 0.5);
  const double plain = AndersonDarling(a, b).value().statistic;
  EXPECT_NEAR(AndersonDarling(b, a).value().statistic, plain, 1e-12);
  Values up_a = a, up_b = b;
  for (Values* values : {&up_a, &up_b}) {
    for (double& x : *values) x = std::exp(x);
  }
  EXPECT_EQ(AndersonDarling(up_a, up_b).value().statistic, plain);
}

// With nothing different the statistic has mean 0 and deviation 1: over 400 draws within 4 errors.
TEST(AndersonDarling, IsStandardisedWhenNothingDiffers) {
  double sum = 0, squares = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Values a = testing::Draw("normal", 30, 1000 + seed, 0);
    const Values b = testing::Draw("normal", 50, 5000 + seed, 0);
    const double statistic = AndersonDarling(a, b).value().statistic;
    sum += statistic;
    squares += statistic * statistic;
  }
  EXPECT_NEAR(sum / 400, 0, 0.2);
  EXPECT_NEAR(squares / 400, 1, 0.5);
}

TEST(AndersonDarling, OrdersInfinitiesLikeOthers) {
  const Values open{-INFINITY, 1, 2, INFINITY}, closed{-9, 1, 2, 9}, other{0, 1.5, 3};
  EXPECT_EQ(AndersonDarling(open, other).value().statistic,
            AndersonDarling(closed, other).value().statistic);
}

TEST(AndersonDarling, RefusesWhatCannotBeCompared) {
  const Values some{1, 2, 3}, none, missing{1, NAN}, one{1}, equal{7, 7, 7};
  for (const Values& bad : {none, missing}) {
    EXPECT_EQ(AndersonDarling(some, bad).error().code(), Code::kInvalidArgument);
  }
  EXPECT_FALSE(AndersonDarling(one, Values{2, 3}).ok());
  EXPECT_FALSE(AndersonDarling(equal, equal).ok());
  const std::vector<std::span<const double>> single{some};
  EXPECT_FALSE(AndersonDarling(single).ok());
}

}  // namespace
}  // namespace mooring::data
