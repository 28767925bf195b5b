#include "monitoring/quality/band.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace mooring::monitoring {
namespace {

// By hand: mean 0.8, population deviation 0.1.
TEST(Band, IsThreePopulationDeviationsAroundTheMean) {
  const std::vector<double> values = {0.7, 0.9, 0.7, 0.9};
  const Band band = BandOf(values, {});
  EXPECT_NEAR(band.lower, 0.5, 1e-15);
  EXPECT_NEAR(band.upper, 1.1, 1e-15);
  EXPECT_EQ(BandOf(values, {0, 1}).upper, 1);
  EXPECT_EQ(BandOf(values, {0.6, 1}).lower, 0.6);
}

TEST(Band, OnlyWhatIsStrictlyOutsideLeavesIt) {
  const Band band{0.5, 0.75};
  EXPECT_FALSE(band.Leaves(0.5));
  EXPECT_FALSE(band.Leaves(0.75));
  EXPECT_TRUE(band.Leaves(std::nextafter(0.5, 0.0)));
  EXPECT_TRUE(band.Leaves(std::nextafter(0.75, 1.0)));
  EXPECT_FALSE(band.Leaves(std::nan("")));
}

TEST(Band, LeavesOutChunksWithoutAValue) {
  const std::vector<double> some = {1, std::nan(""), 1}, none = {std::nan("")};
  const Band band = BandOf(some, {});
  EXPECT_EQ(band.lower, 1);
  EXPECT_EQ(band.upper, 1);
  EXPECT_FALSE(BandOf(none, {0, 1}).Leaves(1e308));
  EXPECT_FALSE(BandOf({}, {}).Leaves(-1e308));
}

TEST(Confidence, IsThreeErrorsWithinTheRange) {
  const Band inside = ConfidenceOf(0.5, 0.0625, {0, 1});
  EXPECT_EQ(inside.lower, 0.3125);
  EXPECT_EQ(inside.upper, 0.6875);
  EXPECT_EQ(ConfidenceOf(0.9, 0.1, {0, 1}).upper, 1);
  EXPECT_EQ(ConfidenceOf(2, 1, {0, INFINITY}).lower, 0);
  EXPECT_TRUE(std::isnan(ConfidenceOf(std::nan(""), 0.1, {0, 1}).lower));
  EXPECT_TRUE(std::isnan(ConfidenceOf(0.5, std::nan(""), {0, 1}).upper));
}

}  // namespace
}  // namespace mooring::monitoring
