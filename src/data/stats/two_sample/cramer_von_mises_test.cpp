#include "data/stats/two_sample/cramer_von_mises.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/stats/testing/draws.h"
#include "data/stats/two_sample/sample.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

// T by its other definition: n m / (n + m)^2 times the sum of (F - G)^2 over the pooled values.
double TByDefinition(const Values& a, const Values& b) {
  const auto share = [](const Values& v, double x) {
    const auto below = std::count_if(v.begin(), v.end(), [&](double y) { return y <= x; });
    return static_cast<double>(below) / static_cast<double>(v.size());
  };
  double sum = 0;
  for (const Values* sample : {&a, &b}) {
    for (const double x : *sample) sum += std::pow(share(a, x) - share(b, x), 2);
  }
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  return sum * n * m / ((n + m) * (n + m));
}

TEST(CramerVonMises, StatisticIsTheMeanSquareOfTheGapWithoutTies) {
  for (const auto& [n, m] : {std::pair{2U, 2U}, {5U, 9U}, {60U, 41U}}) {
    const Values a = testing::Draw("normal", n, 1, 0), b = testing::Draw("normal", m, 2, 0.4);
    EXPECT_NEAR(CramerVonMises(a, b).value().statistic, TByDefinition(a, b), 1e-13);
  }
}

// Every order of n and m different values: which share has a T at least as large.
double ByEnumeration(std::size_t n, std::size_t m, double t) {
  std::vector<int> order(n, 1);
  order.insert(order.begin(), m, 0);
  double all = 0, reached = 0;
  do {
    Values a, b;
    for (std::size_t i = 0; i < order.size(); ++i) {
      (order[i] == 1 ? a : b).push_back(static_cast<double>(i));
    }
    ++all;
    reached += TByDefinition(a, b) >= t - 1e-9 ? 1 : 0;
  } while (std::next_permutation(order.begin(), order.end()));
  return reached / all;
}

TEST(CramerVonMises, ExactPValueCountsAllOrders) {
  for (const auto& [n, m] : {std::pair{2U, 2U}, {3U, 4U}, {5U, 5U}, {4U, 6U}, {6U, 3U}}) {
    for (const double shift : {0.0, 0.7, 9.0}) {
      const Values a = testing::Draw("normal", n, 31, 0), b = testing::Draw("normal", m, 32, shift);
      const TestResult result = CramerVonMises(a, b).value();
      EXPECT_NEAR(result.p_value, ByEnumeration(n, m, result.statistic), 1e-13) << n << " " << m;
    }
  }
}

// The largest exact case: 19 against 20 separate values are 2 of C(39, 19) = 68923264410 orders.
TEST(CramerVonMises, ExactPValueOfSeparateSamplesIsTwoOrders) {
  Values a(19), b(20);
  for (std::size_t i = 0; i < 19; ++i) a[i] = static_cast<double>(i);
  for (std::size_t i = 0; i < 20; ++i) b[i] = static_cast<double>(100 + i);
  EXPECT_NEAR(CramerVonMises(a, b).value().p_value * 68923264410 / 2, 1, 1e-12);
}

TEST(CramerVonMises, ExactAndAsymptoticAgreeAtTwentyValues) {
  for (const double shift : {0.0, 0.3, 0.6}) {
    const Values a = testing::Draw("normal", 20, 1, 0), b = testing::Draw("normal", 20, 2, shift);
    const double exact = CramerVonMises(a, b, CvmMethod::kExact).value().p_value;
    EXPECT_NEAR(CramerVonMises(a, b, CvmMethod::kAsymptotic).value().p_value, exact, 0.02);
  }
}

// Recorded with SciPy 1.10.1: a constant that did not change looks like drift when the sizes
// differ.
TEST(CramerVonMises, MeansNothingOnTiesWithUnequalSizesAndHasTiesSaysSo) {
  const Values a(800, 52.4), b(700, 52.4);
  EXPECT_NEAR(CramerVonMises(a, b).value().p_value, 3.8e-6, 1e-7);
  EXPECT_TRUE(HasTies(a, b));
  EXPECT_TRUE(HasTies(Values{1, 2}, Values{2, 3}));
  EXPECT_TRUE(HasTies(Values{1, 2, 2}, Values{3}));
  EXPECT_FALSE(HasTies(Values{1, 3}, Values{2, 4}));
}

TEST(CramerVonMises, IsSymmetric) {
  const Values a = testing::Draw("normal", 30, 1, 0), b = testing::Draw("normal", 50, 2, 0.3);
  EXPECT_EQ(CramerVonMises(a, b).value().p_value, CramerVonMises(b, a).value().p_value);
}

TEST(CramerVonMises, RefusesTooFewTooManyAndNaN) {
  const Values some{1, 2, 3}, one{1}, missing{1, NAN}, many(21, 1.0);
  for (const Values& bad : {one, missing}) {
    EXPECT_EQ(CramerVonMises(some, bad).error().code(), Code::kInvalidArgument);
    EXPECT_EQ(CramerVonMises(bad, some).error().code(), Code::kInvalidArgument);
  }
  EXPECT_EQ(CramerVonMises(some, many, CvmMethod::kExact).error().code(), Code::kTooLarge);
}

}  // namespace
}  // namespace mooring::data
