#include "data/stats/two_sample/ks_exact.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace mooring::data {
namespace {

// Every order of n and m values, one by one: which share has |i m - j n| >= h on its way.
double ByEnumeration(int n, int m, int h) {
  std::vector<int> steps(static_cast<std::size_t>(n), 1);
  steps.insert(steps.begin(), static_cast<std::size_t>(m), 0);
  double all = 0, reached = 0;
  do {
    int gap = 0, widest = 0;
    for (const int step : steps) {
      gap += step == 1 ? m : -n;
      widest = std::max(widest, std::abs(gap));
    }
    ++all;
    reached += widest >= h ? 1 : 0;
  } while (std::next_permutation(steps.begin(), steps.end()));
  return reached / all;
}

// 1 may come out as 1 + 2e-16, which is none (SciPy's rule): then the count must be 1.
TEST(KsExact, CountsAllOrdersOfSmallSamples) {
  for (int n = 1; n <= 8; ++n) {
    for (int m = 1; m <= 7; ++m) {
      for (int h = std::gcd(n, m); h <= n * m; h += std::gcd(n, m)) {
        const double d = static_cast<double>(h) / (n * m);
        const auto p =
            KsExactSurvival(d, static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(m));
        EXPECT_NEAR(p.value_or(1), ByEnumeration(n, m, h), 1e-14) << n << " " << m << " " << h;
      }
    }
  }
}

TEST(KsExact, DoesNotMindWhichSampleIsFirst) {
  for (const double d : {0.1, 0.25, 0.5})
    EXPECT_EQ(KsExactSurvival(d, 12, 40), KsExactSurvival(d, 40, 12));
}

// D = 1 happens in two of C(n + m, n) orders: C(24, 12) = 2704156, C(30, 10) = 30045015.
TEST(KsExact, OfSeparateSamplesIsTwoOrders) {
  EXPECT_NEAR(*KsExactSurvival(1, 12, 12) * 2704156 / 2, 1, 1e-13);
  EXPECT_NEAR(*KsExactSurvival(1, 10, 20) * 30045015 / 2, 1, 1e-13);
}

TEST(KsExact, FallsFromOneToNothing) {
  EXPECT_EQ(*KsExactSurvival(0, 500, 400), 1);
  double last = 1;
  for (double d = 0.01; d < 1; d += 0.01) {
    const double p = *KsExactSurvival(d, 500, 401);
    EXPECT_LE(p, last);
    last = p;
  }
  EXPECT_LT(last, 1e-190);
  EXPECT_EQ(*KsExactSurvival(0.9, 10'000, 9'999), 0);  // below the least double, without the work
}

TEST(KsExact, RefusesWhatWouldTakeTooLong) {
  EXPECT_FALSE(KsExactSurvival(0.01, 70'000, 70'001).has_value());  // multiple beyond 2^31
  EXPECT_FALSE(KsExactSurvival(0.00001, 40'000'000, 80'000'000).has_value());  // too many points
}

}  // namespace
}  // namespace mooring::data
