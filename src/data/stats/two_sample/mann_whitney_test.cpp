#include "data/stats/two_sample/mann_whitney.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/stats/testing/draws.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

// U by its definition: pairs won by the first sample, ties half.
double UByPairs(const Values& a, const Values& b) {
  double u = 0;
  for (const double x : a) {
    for (const double y : b) u += x > y ? 1 : x == y ? 0.5 : 0;
  }
  return u;
}

TEST(MannWhitney, StatisticCountsThePairsWon) {
  for (const char* shape : {"normal", "ties", "two", "const"}) {
    const Values a = testing::Draw(shape, 30, 1, 0), b = testing::Draw(shape, 22, 2, 0.3);
    EXPECT_EQ(MannWhitney(a, b).value().statistic, UByPairs(a, b)) << shape;
  }
}

// Every order of n and m different values: which share wins at least u pairs.
double ByEnumeration(std::size_t n, std::size_t m, double u) {
  std::vector<int> order(n, 1);
  order.insert(order.begin(), m, 0);
  double all = 0, reached = 0;
  do {
    double won = 0, below = 0;
    for (const int first : order) {
      won += first == 1 ? below : 0;
      below += first == 1 ? 0 : 1;
    }
    ++all;
    reached += won >= u ? 1 : 0;
  } while (std::next_permutation(order.begin(), order.end()));
  return reached / all;
}

TEST(MannWhitney, ExactPValueCountsAllOrders) {
  for (const auto& [n, m] : {std::pair{1U, 1U}, {1U, 5U}, {4U, 4U}, {8U, 6U}, {3U, 9U}}) {
    for (const double shift : {-1.0, 0.0, 1.0}) {
      const Values a = testing::Draw("normal", n, 41, 0), b = testing::Draw("normal", m, 42, shift);
      const TestResult greater = MannWhitney(a, b, Alternative::kGreater).value();
      const TestResult less = MannWhitney(a, b, Alternative::kLess).value();
      const double up = ByEnumeration(n, m, greater.statistic);
      const double down = ByEnumeration(m, n, n * m - greater.statistic);
      EXPECT_NEAR(greater.p_value, up, 1e-14);
      EXPECT_NEAR(less.p_value, down, 1e-14);
      EXPECT_NEAR(MannWhitney(a, b).value().p_value, std::min(1.0, 2 * std::min(up, down)), 1e-14);
    }
  }
}

// 8 against 1000 separate values: one of C(1008, 8) orders.
TEST(MannWhitney, ExactPValueOfSeparateSamplesIsOneOrder) {
  Values a(8), b(1000);
  for (std::size_t i = 0; i < 8; ++i) a[i] = 2000 + static_cast<double>(i);
  for (std::size_t i = 0; i < 1000; ++i) b[i] = static_cast<double>(i);
  double orders = 1;
  for (int i = 1; i <= 8; ++i) orders = orders * (1000 + i) / i;
  EXPECT_NEAR(MannWhitney(a, b, Alternative::kGreater).value().p_value * orders, 1, 1e-13);
}

TEST(MannWhitney, AlternativesAreMirrorImages) {
  const Values a = testing::Draw("ties", 40, 1, 0), b = testing::Draw("ties", 35, 2, 3);
  EXPECT_EQ(MannWhitney(a, b, Alternative::kLess).value().p_value,
            MannWhitney(b, a, Alternative::kGreater).value().p_value);
  EXPECT_EQ(MannWhitney(a, b).value().p_value, MannWhitney(b, a).value().p_value);
  EXPECT_LT(MannWhitney(a, b, Alternative::kLess).value().p_value, 0.05);  // a is the lower one
}

TEST(MannWhitney, AllEqualIsNoEvidence) {
  const Values a(20, 3.0), b(30, 3.0);
  const TestResult result = MannWhitney(a, b).value();
  EXPECT_EQ(result.statistic, 300);
  EXPECT_EQ(result.p_value, 1);
}

// One value against very many: past the limit of counting it is normal, and still of sense.
TEST(MannWhitney, OfOneAgainstVeryManyIsNotCounted) {
  Values many(5'000'000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_NEAR(MannWhitney(Values{-1}, many, Alternative::kGreater).value().p_value, 0.958, 0.001);
}

TEST(MannWhitney, RefusesEmptySamplesAndNaN) {
  const Values some{1, 2}, none, missing{NAN};
  for (const Values& bad : {none, missing}) {
    EXPECT_EQ(MannWhitney(some, bad).error().code(), Code::kInvalidArgument);
    EXPECT_EQ(MannWhitney(bad, some).error().code(), Code::kInvalidArgument);
  }
  EXPECT_EQ(MannWhitney(Values{INFINITY}, Values{-INFINITY}).value().statistic, 1);
}

}  // namespace
}  // namespace mooring::data
