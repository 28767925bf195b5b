#include "data/stats/two_sample/mmd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "data/stats/testing/draws.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

// By the rule, sigma^2 = 1/2 so that k = exp(-d^2): {0, 1} against {0, 2}.
TEST(Mmd, GivesTheFormulas) {
  const Values a{0, 1}, b{0, 2};
  const double inside = std::exp(-1.0) + std::exp(-4.0);
  const double across = 1 + std::exp(-4.0) + std::exp(-1.0) + std::exp(-1.0);
  const double sigma = std::sqrt(0.5);
  EXPECT_NEAR(MmdSquared(a, b, 1, sigma).value(), inside - across / 2, 1e-15);
  EXPECT_NEAR(MmdSquared(a, b, 1, sigma, MmdForm::kBiased).value(),
              (4 + 2 * inside) / 4 - across / 2, 1e-15);
}

TEST(Mmd, OfRowsTakesTheEuclideanDistance) {
  const Values a{0, 0, 3, 4}, b{0, 0, 6, 8};  // distances 5, 10 and 0, 10, 5, 5
  const auto k = [](double d) { return std::exp(-d * d / (2 * 16.0)); };
  EXPECT_NEAR(MmdSquared(a, b, 2, 4).value(), k(5) + k(10) - (1 + k(10) + 2 * k(5)) / 2, 1e-15);
}

TEST(Mmd, BiasedOfASampleWithItselfIsZeroAndNeverBelow) {
  const Values a = testing::Draw("normal", 40, 1, 0), b = testing::Draw("normal", 30, 2, 0);
  EXPECT_NEAR(MmdSquared(a, a, 1, 1, MmdForm::kBiased).value(), 0, 1e-15);
  EXPECT_GE(MmdSquared(a, b, 1, 1, MmdForm::kBiased).value(), 0);
  EXPECT_LT(MmdSquared(a, a, 1, 1).value(), 0);  // unbiased may be
  EXPECT_NEAR(MmdSquared(a, b, 1, 1).value(), MmdSquared(b, a, 1, 1).value(), 1e-15);
}

// Squared distances of {0, 1, 3}: 0 0 0 1 1 4 4 9 9, the middle one 1. Of {0, 1, 3, 7} 16 places: 0
// four times, then 1 1 4 4 9 9 16 16 36 36 49 49; places 7 and 8 are 4 and 9, the even one is 9.
TEST(Mmd, MedianRuleTakesTheMiddleOfAllPairsAndTheSelves) {
  EXPECT_NEAR(MmdMedianSigma(Values{0, 1, 3}, 1).value(), std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(MmdMedianSigma(Values{0, 1, 3, 7}, 1).value(), std::sqrt(4.5), 1e-15);
  EXPECT_NEAR(MmdMedianSigma(Values(10, 5.0), 1).value(), std::sqrt(0.5), 1e-15);
}

TEST(Mmd, TestSeesAShiftAndIsRepeatable) {
  const Values a = testing::Draw("normal", 100, 1, 0), b = testing::Draw("normal", 80, 2, 1);
  Rng rng(7), again(7);
  const TestResult result = MmdTest(a, b, {.permutations = 200}, rng).value();
  EXPECT_EQ(result.p_value, 0);
  EXPECT_NEAR(result.statistic, MmdSquared(a, b, 1, MmdMedianSigma(a, 1).value()).value(), 1e-13);
  EXPECT_EQ(MmdTest(a, b, {.permutations = 200}, again).value().statistic, result.statistic);
}

// With nothing different p is uniform: of 100 draws about 10 are below 0.1.
TEST(Mmd, TestHoldsItsLevel) {
  int rejected = 0;
  Rng rng(3);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Values a = testing::Draw("normal", 30, 100 + seed, 0);
    const Values b = testing::Draw("normal", 30, 900 + seed, 0);
    rejected += MmdTest(a, b, {.permutations = 50}, rng).value().p_value < 0.1 ? 1 : 0;
  }
  EXPECT_GE(rejected, 1);
  EXPECT_LE(rejected, 23);  // 10 expected, 4 errors of 3
}

// The mean of each column is the same; only together do the two say something.
TEST(Mmd, TestSeesWhatNoColumnAloneShows) {
  Values a, b;
  Rng rng(5);
  for (int i = 0; i < 150; ++i) {
    const double x = testing::DrawNormal(rng), y = testing::DrawNormal(rng);
    a.insert(a.end(), {x, x + 0.1 * y});
    const double u = testing::DrawNormal(rng), v = testing::DrawNormal(rng);
    b.insert(b.end(), {u, 0.1 * v - u});
  }
  EXPECT_EQ(MmdTest(a, b, {.dim = 2}, rng).value().p_value, 0);
}

TEST(Mmd, RefusesWhatDoesNotFit) {
  const Values some{1, 2, 3, 4}, one{1}, odd{1, 2, 3, 4, 5}, missing{1, NAN, 2, 3};
  Rng rng(1);
  for (const Values& bad : {one, odd, missing}) {
    EXPECT_EQ(MmdSquared(some, bad, 2, 1).error().code(), Code::kInvalidArgument);
  }
  EXPECT_FALSE(MmdSquared(some, some, 0, 1).ok());
  EXPECT_FALSE(MmdSquared(some, some, 2, 0).ok());
  EXPECT_FALSE(MmdSquared(some, some, 2, NAN).ok());
  EXPECT_FALSE(MmdTest(some, some, {.permutations = 0}, rng).ok());
  const Values many(kMmdRows / 2 + 1, 0.0);
  EXPECT_EQ(MmdSquared(many, many, 1, 1).error().code(), Code::kTooLarge);
  EXPECT_EQ(MmdTest(many, many, {}, rng).error().code(), Code::kTooLarge);
  EXPECT_EQ(MmdMedianSigma(Values(kMmdRows + 1, 0.0), 1).error().code(), Code::kTooLarge);
}

}  // namespace
}  // namespace mooring::data
