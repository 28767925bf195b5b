#include "data/stats/two_sample/sample.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mooring::data {
namespace {

constexpr double kInf = INFINITY;

TEST(Sample, SaysWhichValueDoesNotFit) {
  const std::vector<double> good{1, 2, 3}, bad{1, NAN, 3}, open{1, 2, -kInf};
  EXPECT_TRUE(CheckSamples(good, good).ok());
  EXPECT_EQ(CheckSamples(good, bad).error().message(), "value 1 of the second sample is nan");
  EXPECT_EQ(CheckSamples(open, good).error().message(), "value 2 of the first sample is -inf");
  EXPECT_TRUE(CheckSamples(open, good, {.finite = false}).ok());
  EXPECT_FALSE(CheckSamples(bad, good, {.finite = false}).ok());
}

TEST(Sample, SaysHowManyValuesAreNeeded) {
  const std::vector<double> none, two{1, 2};
  const Status status = CheckSample(none, "first sample");
  EXPECT_EQ(status.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(status.error().message(), "the first sample has 0 values, needs 1");
  EXPECT_FALSE(CheckSample(two, "x", {.values = 3}).ok());
  EXPECT_TRUE(CheckSample(two, "x", {.values = 2}).ok());
}

TEST(Sample, SortsACopy) {
  const std::vector<double> values{3, -1, 2};
  EXPECT_EQ(SortedCopy(values), (std::vector<double>{-1, 2, 3}));
  EXPECT_EQ(values[0], 3);
}

TEST(Sample, ScalesByAPowerOfTwoAndLosesNothing) {
  for (const double size : {1e308, 3.0, 1e-300, 5e-324}) {
    const std::vector<double> a{size, -size / 2}, b{0, size / 4};
    const ScaledSamples scaled = ScaleToOne(a, b);
    EXPECT_GE(LargestMagnitude(scaled.a), 0.5);
    EXPECT_LT(LargestMagnitude(scaled.a), 1);
    EXPECT_EQ(std::ldexp(scaled.a[1], -scaled.exponent), a[1]);
    EXPECT_EQ(std::ldexp(scaled.b[1], -scaled.exponent), b[1]);
  }
  const std::vector<double> zeros{0, 0};
  EXPECT_EQ(ScaleToOne(zeros, zeros).exponent, 0);
}

TEST(Sample, KnowsWhichSizesAreTame) {
  EXPECT_TRUE(IsTameMagnitude(0));
  EXPECT_TRUE(IsTameMagnitude(1e-20));
  EXPECT_TRUE(IsTameMagnitude(1e50));
  EXPECT_FALSE(IsTameMagnitude(1e300));
  EXPECT_FALSE(IsTameMagnitude(1e-300));
}

}  // namespace
}  // namespace mooring::data
