#include "data/stats/two_sample/kolmogorov_smirnov.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/stats/testing/draws.h"
#include "data/stats/two_sample/ks_two_survival.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

// By the definition: at each value of either sample, how many of each are not above it.
double DByDefinition(const Values& a, const Values& b) {
  double widest = 0;
  const auto share = [](const Values& v, double x) {
    const auto below = std::count_if(v.begin(), v.end(), [&](double y) { return y <= x; });
    return static_cast<double>(below) / static_cast<double>(v.size());
  };
  for (const Values* sample : {&a, &b}) {
    for (const double x : *sample) widest = std::max(widest, std::abs(share(a, x) - share(b, x)));
  }
  return widest;
}

TEST(KolmogorovSmirnov, StatisticIsTheWidestGap) {
  for (const char* shape : {"normal", "ties", "two", "const", "lognormal"}) {
    for (const auto& [n, m] : {std::pair{1U, 1U}, {1U, 9U}, {13U, 13U}, {40U, 31U}}) {
      const Values a = testing::Draw(shape, n, 11, 0), b = testing::Draw(shape, m, 12, 0.4);
      EXPECT_NEAR(KolmogorovSmirnov(a, b).value().statistic, DByDefinition(a, b), 1e-15) << shape;
    }
  }
}

TEST(KolmogorovSmirnov, IsSymmetricAndSeesOrderOnly) {
  const Values a = testing::Draw("normal", 50, 1, 0), b = testing::Draw("normal", 70, 2, 0.5);
  const KsResult plain = KolmogorovSmirnov(a, b).value(), swapped = KolmogorovSmirnov(b, a).value();
  EXPECT_EQ(plain.statistic, swapped.statistic);
  EXPECT_EQ(plain.p_value, swapped.p_value);
  Values up_a = a, up_b = b;
  for (Values* values : {&up_a, &up_b}) {
    for (double& x : *values) x = std::exp(3 * x);
  }
  EXPECT_EQ(KolmogorovSmirnov(up_a, up_b).value().p_value, plain.p_value);
}

// 10 000 values a side are counted exactly, one more is not (SciPy 1.10.1's rule).
TEST(KolmogorovSmirnov, ChoosesTheExactPValueUpToTenThousandValues) {
  EXPECT_TRUE(KsFromStatistic(0.02, 10'000, 10'000, KsMethod::kAuto).exact);
  EXPECT_TRUE(KsFromStatistic(0.02, 10'000, 3, KsMethod::kAuto).exact);
  const KsResult large = KsFromStatistic(0.02, 10'001, 10'000, KsMethod::kAuto);
  EXPECT_FALSE(large.exact);
  EXPECT_EQ(large.p_value, KsTwoSurvival(0.02, 5000));  // 5000.25 rounded
  EXPECT_TRUE(KsFromStatistic(0.02, 20'000, 20'000, KsMethod::kExact).exact);
  EXPECT_FALSE(KsFromStatistic(0.02, 20'000, 20'000, KsMethod::kAsymptotic).exact);
}

// 200 001 and 200 000 have a least common multiple beyond 2^31: asymptotic, and it says so.
TEST(KolmogorovSmirnov, FallsBackWhereAnExactCountIsOutOfReach) {
  const KsResult result = KsFromStatistic(0.01, 200'001, 200'000, KsMethod::kExact);
  EXPECT_FALSE(result.exact);
  EXPECT_EQ(result.p_value, KsPValue(0.01, 200'001, 200'000, KsMethod::kAsymptotic));
}

TEST(KolmogorovSmirnov, ExactAndAsymptoticAgreeForLargeSamples) {
  for (const double d : {0.008, 0.01, 0.015, 0.02}) {
    const double exact = KsPValue(d, 9999, 10'000, KsMethod::kExact);
    const double limit = KsPValue(d, 9999, 10'000, KsMethod::kAsymptotic);
    EXPECT_NEAR(exact, limit, 0.03 * exact) << d;
  }
}

TEST(KolmogorovSmirnov, EqualSamplesHaveNoDistance) {
  const Values a = testing::Draw("ties", 300, 5, 0);
  const KsResult result = KolmogorovSmirnov(a, a).value();
  EXPECT_EQ(result.statistic, 0);
  EXPECT_EQ(result.p_value, 1);
}

TEST(KolmogorovSmirnov, OrdersInfinitiesAndExtremesLikeOthers) {
  const Values a{-INFINITY, -1e308, 5e-324, INFINITY}, b{-1e308, 0, 1e308, INFINITY};
  EXPECT_EQ(KolmogorovSmirnov(a, b).value().statistic, 0.25);
  const Values low{-INFINITY, -INFINITY}, high{INFINITY, INFINITY};
  EXPECT_EQ(KolmogorovSmirnov(low, high).value().statistic, 1);
  EXPECT_EQ(KolmogorovSmirnov(low, low).value().statistic, 0);
}

TEST(KolmogorovSmirnov, RefusesEmptySamplesAndNaN) {
  const Values some{1, 2}, none, missing{1, NAN};
  EXPECT_EQ(KolmogorovSmirnov(none, some).error().code(), Code::kInvalidArgument);
  EXPECT_EQ(KolmogorovSmirnov(some, none).error().code(), Code::kInvalidArgument);
  EXPECT_EQ(KolmogorovSmirnov(some, missing).error().code(), Code::kInvalidArgument);
  EXPECT_TRUE(std::isnan(KsPValue(NAN, 5, 5)));
  EXPECT_TRUE(std::isnan(KsPValue(0.5, 0, 5)));
}

}  // namespace
}  // namespace mooring::data
