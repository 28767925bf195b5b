#include "data/stats/two_sample/students_t.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "data/stats/testing/draws.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

// By the rule: means 2 and 4, variances 1 and 4. Student: s^2 = 2.5 (2/3), t = -2 / 1.291. Welch:
// the same t for equal sizes, degrees (1/3 + 4/3)^2 / ((1/9 + 16/9) / 2).
TEST(TTest, GivesTheFormulas) {
  const Values a{1, 2, 3}, b{2, 4, 6};
  const TTestResult student = TTest(a, b, Variances::kEqual).value();
  EXPECT_NEAR(student.test.statistic, -2 / std::sqrt(2.5 * 2 / 3), 1e-15);
  EXPECT_EQ(student.degrees, 4);
  const TTestResult welch = TTest(a, b).value();
  EXPECT_NEAR(welch.test.statistic, -2 / std::sqrt(2.5 * 2 / 3), 1e-15);
  EXPECT_NEAR(welch.degrees, (25.0 / 9) / (17.0 / 9 / 2), 1e-14);
}

// Two degrees have P(T > t) = (1 - t / (2 + t^2)^(1/2)) / 2.
TEST(TTest, PValueOfTwoDegreesIsKnown) {
  const Values a{0, 1}, b{3, 5};
  const TestResult result = TTest(a, b, Variances::kEqual).value().test;
  const double t = -result.statistic;
  EXPECT_NEAR(result.p_value, 1 - t / std::sqrt(2 + t * t), 1e-15);
}

TEST(TTest, AlternativesAddUp) {
  const Values a = testing::Draw("normal", 30, 1, 0), b = testing::Draw("normal", 41, 2, 0.3);
  for (const Variances variances : {Variances::kEqual, Variances::kDifferent}) {
    const double less = TTest(a, b, variances, Alternative::kLess).value().test.p_value;
    const double greater = TTest(a, b, variances, Alternative::kGreater).value().test.p_value;
    EXPECT_NEAR(less + greater, 1, 1e-14);
    EXPECT_NEAR(TTest(a, b, variances).value().test.p_value, 2 * std::min(less, greater), 1e-14);
    EXPECT_EQ(less, TTest(b, a, variances, Alternative::kGreater).value().test.p_value);
  }
}

TEST(TTest, DoesNotSeeAScale) {
  const Values a = testing::Draw("normal", 30, 1, 0), b = testing::Draw("normal", 41, 2, 0.3);
  const TestResult plain = TTest(a, b).value().test;
  for (const int exponent : {1020, -1000}) {
    Values scaled_a = a, scaled_b = b;
    for (double& x : scaled_a) x = std::ldexp(x, exponent);
    for (double& x : scaled_b) x = std::ldexp(x, exponent);
    const TestResult scaled = TTest(scaled_a, scaled_b).value().test;
    EXPECT_NEAR(scaled.statistic, plain.statistic, 1e-12);
    EXPECT_NEAR(scaled.p_value, plain.p_value, 1e-12);
  }
}

TEST(TTest, KeepsItsDigitsUnderALargeOffset) {
  Values a{1, 2, 3, 4}, b{3, 5, 7, 9};
  const double plain = TTest(a, b).value().test.statistic;
  for (double& x : a) x += 0x1p40;
  for (double& x : b) x += 0x1p40;
  EXPECT_NEAR(TTest(a, b).value().test.statistic, plain, 1e-12);
}

// A constant such as 0.1 has a mean that is not exact when summed: its variance is 0 all the same.
TEST(TTest, OfConstantsIsNothingOrInfinite) {
  const Values a(30, 0.1), same(20, 0.1), higher(20, 0.3);
  for (const Variances variances : {Variances::kEqual, Variances::kDifferent}) {
    EXPECT_TRUE(std::isnan(TTest(a, same, variances).value().test.statistic));
    EXPECT_TRUE(std::isnan(TTest(a, same, variances).value().test.p_value));
    const TestResult result = TTest(a, higher, variances).value().test;
    EXPECT_EQ(result.statistic, -INFINITY);
    EXPECT_EQ(result.p_value, 0);
    EXPECT_EQ(TTest(a, higher, variances, Alternative::kGreater).value().test.p_value, 1);
    EXPECT_EQ(TTest(a, higher, variances, Alternative::kLess).value().test.p_value, 0);
  }
}

TEST(TTest, RefusesTooFewAndNotFinite) {
  const Values some{1, 2, 3}, none, one{1}, missing{1, NAN}, open{1, INFINITY};
  for (const Values& bad : {none, one, missing, open}) {
    EXPECT_EQ(TTest(some, bad).error().code(), Code::kInvalidArgument);
    EXPECT_EQ(TTest(bad, some).error().code(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace mooring::data
