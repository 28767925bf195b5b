#include "data/stats/two_sample/ks_two_survival.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "data/stats/testing/golden.h"

namespace mooring::data {
namespace {

using testing::IsClose;

// [d, n, P] of SciPy 1.10.1's kstwo.sf: 20 sizes from 1 to 2 500 000 with 22 distances each,
// written by tools/golden/two_sample_vectors.py.
TEST(KsTwoSurvival, AgreesWithSciPyDownToTheLeastProbabilities) {
  const Json document =
      testing::ReadGolden(MOORING_SOURCE_DIR "/tests/golden/scipy/two_sample.json");
  std::size_t least = 0;
  for (const Json& record : *document.GetArray("survivals").value()) {
    const std::vector<double> numbers = testing::NumbersOf(record);
    const auto n = static_cast<std::uint64_t>(numbers[1]);
    EXPECT_TRUE(IsClose(KsTwoSurvival(numbers[0], n), numbers[2], 1e-8))
        << "d " << numbers[0] << " n " << n;
    least += numbers[2] > 0 && numbers[2] < 1e-280 ? 1 : 0;
  }
  EXPECT_GE(least, 5U);  // the far tail is among them
}

// extra.json, "special": another 60 of them.
TEST(KsTwoSurvival, AgreesWithSciPyOnTheCommonGrid) {
  const Json document = testing::ReadGolden(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  std::size_t checked = 0;
  for (const Json& record : *document.GetArray("special").value()) {
    const Json::Array& parts = *record.AsArray().value();
    if (parts[0].AsString().value() != "kstwo_sf") continue;
    const double d = testing::NumberOf(parts[1]);
    const auto n = static_cast<std::uint64_t>(testing::NumberOf(parts[2]));
    EXPECT_TRUE(IsClose(KsTwoSurvival(d, n), testing::NumberOf(parts[3]), 1e-8)) << d << " " << n;
    ++checked;
  }
  EXPECT_GE(checked, 50U);
}

// By the rule: one value has D = max(u, 1 - u), two have P(D < d) = 2 (2 d - 1/2)^2 for 1/4 <= d <=
// 1/2 and 1 - 2 (1 - d)^2 above.
TEST(KsTwoSurvival, OfOneAndTwoValuesIsKnown) {
  for (const double d : {0.5, 0.6, 0.75, 0.99}) {
    EXPECT_NEAR(KsTwoSurvival(d, 1), 2 * (1 - d), 1e-15);
    EXPECT_NEAR(KsTwoSurvival(d, 2), 2 * (1 - d) * (1 - d), 1e-15);
  }
  for (const double d : {0.25, 0.3, 0.4, 0.5}) {
    EXPECT_NEAR(KsTwoSurvival(d, 2), 1 - 2 * (2 * d - 0.5) * (2 * d - 0.5), 1e-15);
  }
}

TEST(KsTwoSurvival, FallsWithTheDistanceAndEndsAtOneAndZero) {
  for (const std::uint64_t n : {1U, 5U, 140U, 141U, 5000U, 200'000U, 2'000'000U}) {
    EXPECT_EQ(KsTwoSurvival(0, n), 1);
    EXPECT_EQ(KsTwoSurvival(-1, n), 1);
    EXPECT_EQ(KsTwoSurvival(1, n), 0);
    double last = 1;
    for (double z = 0.1; z < 20; z += 0.05) {
      const double p = KsTwoSurvival(z / std::sqrt(static_cast<double>(n)), n);
      EXPECT_LE(p, last + 1e-12) << n << " " << z;
      last = p;
    }
  }
  EXPECT_TRUE(std::isnan(KsTwoSurvival(std::nan(""), 5)));
  EXPECT_TRUE(std::isnan(KsTwoSurvival(0.5, 0)));
}

// The limit of Kolmogorov, 2 sum (-1)^(k-1) exp(-2 k^2 z^2), is 0.0491 at z = 1.3581.
TEST(KsTwoSurvival, TendsToKolmogorovsLimit) {
  const double n = 1e6;
  EXPECT_NEAR(KsTwoSurvival(1.3580986393225505 / std::sqrt(n), 1'000'000), 0.05, 2e-4);
}

// Above 4096 values only every stride-th term is summed: the same as a neighbour without.
TEST(KsOneSurvival, StridesWithoutAnError) {
  for (const double z : {1.49, 2.0, 5.0, 12.0}) {
    double sum = 0;  // all terms of n = 8192, from the formula in its plain form
    const double n = 8192, d = z / std::sqrt(n);
    for (double v = 0; v + n * d < n; ++v) {
      sum += std::exp(std::lgamma(n + 1) - std::lgamma(v + 1) - std::lgamma(n - v + 1) +
                      (v - 1) * std::log(d + v / n) + (n - v) * std::log1p(-d - v / n));
    }
    EXPECT_TRUE(IsClose(KsOneSurvival(d, 8192), d * sum, 1e-9)) << z;
  }
}

}  // namespace
}  // namespace mooring::data
