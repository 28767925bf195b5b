#include "data/stats/two_sample/wasserstein.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "data/stats/testing/draws.h"
#include "data/stats/two_sample/kolmogorov_smirnov.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

double Distance(const Values& a, const Values& b) { return Wasserstein(a, b).value(); }

// For equal sizes it is the mean distance of the sorted values, pair by pair.
TEST(Wasserstein, OfEqualSizesIsTheMeanWayOfTheSortedValues) {
  for (const char* shape : {"normal", "ties", "lognormal"}) {
    Values a = testing::Draw(shape, 500, 1, 0), b = testing::Draw(shape, 500, 2, 0.3);
    const double w = Distance(a, b);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
    EXPECT_NEAR(w, sum / 500, 1e-13) << shape;
  }
}

TEST(Wasserstein, MovesWithAShiftAndAScale) {
  const Values a = testing::Draw("normal", 80, 3, 0);
  Values moved = a, doubled = a;
  for (double& x : moved) x += 2.5;
  for (double& x : doubled) x *= 2;
  EXPECT_NEAR(Distance(a, moved), 2.5, 1e-13);
  const Values b = testing::Draw("normal", 33, 4, 1);
  Values b_doubled = b;
  for (double& x : b_doubled) x *= 2;
  EXPECT_NEAR(Distance(doubled, b_doubled), 2 * Distance(a, b), 1e-13);
  EXPECT_EQ(Distance(a, b), Distance(b, a));
  EXPECT_EQ(Distance(a, a), 0);
}

TEST(Wasserstein, ObeysTheTriangleInequality) {
  const Values a = testing::Draw("normal", 41, 5, 0), b = testing::Draw("ties", 29, 6, 1),
               c = testing::Draw("lognormal", 53, 7, 0);
  EXPECT_LE(Distance(a, c), Distance(a, b) + Distance(b, c) + 1e-14);
}

// SciPy overflows here: the gap between neighbours has no double.
TEST(Wasserstein, DoesNotOverflowNearTheLargestDouble) {
  EXPECT_EQ(Distance({-1.5e308, 1.5e308}, {-1.5e308, 1e308}), 0.25e308);
  EXPECT_EQ(Distance({-1.5e308, 1.5e308}, {-1.5e308, 1.5e308}), 0);
  EXPECT_EQ(Distance({5e-324}, {15e-324}), 10e-324);
}

TEST(Wasserstein, WholeWeightsAreRepetitions) {
  const Values x{3, 1, 2}, weights{2, 1, 4}, spread{3, 3, 1, 2, 2, 2, 2};
  const Values y{0, 5, 2.5}, ones{1, 1, 1};
  EXPECT_NEAR(Wasserstein({x, weights}, {y, ones}).value(), Distance(spread, y), 1e-15);
  const Values tenfold{20, 10, 40};
  EXPECT_NEAR(Wasserstein({x, tenfold}, {y, ones}).value(), Distance(spread, y), 1e-15);
}

TEST(Wasserstein, ValuesOfWeightZeroDoNotCount) {
  const Values x{1, 100}, weights{1, 0}, y{2}, one{1};
  EXPECT_EQ(Wasserstein({x, weights}, {y, one}).value(), 1);
}

TEST(Wasserstein, OnePassGivesBothDistances) {
  for (const char* shape : {"normal", "ties", "two", "const"}) {
    Values a = testing::Draw(shape, 700, 8, 0), b = testing::Draw(shape, 300, 9, 0.2);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    const KsAndWasserstein both = KsAndWassersteinSorted(a, b);
    EXPECT_EQ(both.ks, KsStatisticSorted(a, b));
    EXPECT_EQ(both.wasserstein, WassersteinSorted(a, b));
  }
}

TEST(Wasserstein, RefusesWhatHasNoDistance) {
  const Values some{1, 2}, none, missing{1, NAN}, open{1, INFINITY}, ones{1, 1}, one{1};
  const Values negative{1, -1}, zeros{0, 0};
  for (const Values& bad : {none, missing, open}) {
    EXPECT_EQ(Wasserstein(some, bad).error().code(), Code::kInvalidArgument);
    EXPECT_EQ(Wasserstein(bad, some).error().code(), Code::kInvalidArgument);
  }
  for (const Values& bad : {one, negative, zeros, missing, open}) {
    EXPECT_EQ(Wasserstein({some, bad}, {some, ones}).error().code(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace mooring::data
