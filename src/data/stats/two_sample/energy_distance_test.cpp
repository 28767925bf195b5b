#include "data/stats/two_sample/energy_distance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "data/stats/testing/draws.h"

namespace mooring::data {
namespace {

using Values = std::vector<double>;

double MeanWay(const Values& a, const Values& b) {
  double sum = 0;
  for (const double x : a) {
    for (const double y : b) sum += std::abs(x - y);
  }
  return sum / static_cast<double>(a.size() * b.size());
}

// The other definition (Szekely): E^2 = 2 E|X - Y| - E|X - X'| - E|Y - Y'|.
TEST(EnergyDistance, EqualsItsDefinitionByPairs) {
  for (const char* shape : {"normal", "ties", "lognormal", "two"}) {
    const Values a = testing::Draw(shape, 60, 1, 0), b = testing::Draw(shape, 45, 2, 0.5);
    const double squared = 2 * MeanWay(a, b) - MeanWay(a, a) - MeanWay(b, b);
    EXPECT_NEAR(EnergyDistance(a, b).value(), std::sqrt(squared), 1e-12) << shape;
  }
}

TEST(EnergyDistance, OfTwoPointsIsTheRootOfTwiceTheirWay) {
  EXPECT_NEAR(EnergyDistance(Values{1}, Values{9}).value(), 4, 1e-15);
}

TEST(EnergyDistance, GrowsWithTheRootOfTheScale) {
  const Values a = testing::Draw("normal", 60, 1, 0), b = testing::Draw("normal", 45, 2, 0.5);
  const double distance = EnergyDistance(a, b).value();
  EXPECT_EQ(EnergyDistance(b, a).value(), distance);
  EXPECT_EQ(EnergyDistance(a, a).value(), 0);
  for (const int exponent : {2, 900, -900}) {
    Values scaled_a = a, scaled_b = b;
    for (double& x : scaled_a) x = std::ldexp(x, exponent);
    for (double& x : scaled_b) x = std::ldexp(x, exponent);
    const double expected = std::ldexp(distance, exponent / 2);
    EXPECT_NEAR(EnergyDistance(scaled_a, scaled_b).value() / expected, 1, 1e-13) << exponent;
  }
}

TEST(EnergyDistance, DoesNotOverflowNearTheLargestDouble) {
  const double distance = EnergyDistance(Values{-1.5e308}, Values{1.5e308}).value();
  EXPECT_NEAR(distance / (std::sqrt(6.0) * 1e154), 1, 1e-14);
}

TEST(EnergyDistance, RefusesWhatHasNoDistance) {
  const Values some{1, 2}, none, missing{NAN}, open{-INFINITY};
  for (const Values& bad : {none, missing, open}) {
    EXPECT_EQ(EnergyDistance(some, bad).error().code(), Code::kInvalidArgument);
    EXPECT_EQ(EnergyDistance(bad, some).error().code(), Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace mooring::data
