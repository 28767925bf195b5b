#include "data/stats/counts/tails.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/stats/counts/recorded.h"

namespace mooring::data::tails {
namespace {

using recorded::At;
using recorded::Number;
using recorded::Off;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// SciPy 1.10.1, extra.json: [function, arguments…, value].
TEST(Tails, EqualSciPyOnItsGrid) {
  const Json file = recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  int met = 0;
  for (const Json& row : recorded::Items(At(file, "special"))) {
    const std::vector<double> v = recorded::Numbers(row);
    const std::string name(At(row, 0).AsString().value());
    SCOPED_TRACE(name + " at " + std::to_string(v[1]));
    ++met;
    if (name == "chi2_sf")
      EXPECT_LE(Off(ChiSquaredUpper(v[1], v[2]), v[3]), 1e-12);
    else if (name == "norm_sf")
      EXPECT_LE(Off(NormalUpper(v[1]), v[2]), 1e-12);
    else if (name == "norm_ppf")
      EXPECT_LE(Off(NormalQuantile(v[1]), v[2], 1e-6), 1e-12);
    else if (name == "betainc")
      EXPECT_LE(Off(Beta(v[1], v[2], v[3]), v[4]), 1e-12);
    else if (name == "beta_ppf")
      EXPECT_LE(Off(BetaQuantile(v[2], v[3], v[1]), v[4]), 1e-9);
    else
      --met;
  }
  EXPECT_EQ(met, 48 + 10 + 9 + 20 + 15);
}

TEST(Tails, AreNanOutsideOfTheDomain) {
  for (const double dof : {0.0, -1.0, kNan, HUGE_VAL}) {
    EXPECT_TRUE(std::isnan(ChiSquaredUpper(1, dof))) << dof;
    EXPECT_TRUE(std::isnan(Beta(dof, 1, 0.5))) << dof;
    EXPECT_TRUE(std::isnan(BetaQuantile(1, dof, 0.5))) << dof;
  }
  EXPECT_TRUE(std::isnan(ChiSquaredUpper(kNan, 1)));
  for (const double p : {-0.1, 1.1, kNan}) {
    EXPECT_TRUE(std::isnan(NormalQuantile(p)));
    EXPECT_TRUE(std::isnan(Beta(1, 1, p)));
    EXPECT_TRUE(std::isnan(BetaQuantile(1, 1, p)));
  }
}

TEST(Tails, HoldTheEnds) {
  EXPECT_EQ(ChiSquaredUpper(0, 3), 1);
  EXPECT_EQ(ChiSquaredUpper(-1, 3), 1);
  EXPECT_EQ(ChiSquaredUpper(HUGE_VAL, 3), 0);
  EXPECT_EQ(ChiSquaredUpper(1e300, 3), 0);
  EXPECT_EQ(NormalQuantile(0), -HUGE_VAL);
  EXPECT_EQ(NormalQuantile(1), HUGE_VAL);
  EXPECT_NEAR(NormalQuantile(0.5), 0, 1e-16);
  EXPECT_EQ(Beta(2, 3, 0), 0);
  EXPECT_EQ(Beta(2, 3, 1), 1);
}

// Chi-squared of one degree is a squared normal, of two an exponential, down to denormal tails.
TEST(Tails, AreTheirOwnIdentities) {
  for (const double z : {0.01, 1.0, 3.0, 12.0, 37.0}) {
    EXPECT_LE(Off(ChiSquaredUpper(z * z, 1), 2 * NormalUpper(z)), 1e-12) << z;
    EXPECT_LE(Off(ChiSquaredUpper(2 * z, 2), std::exp(-z)), 1e-13) << z;
  }
  for (const double p : {1e-200, 0.001, 0.3, 0.999}) {
    EXPECT_LE(Off(1 - NormalUpper(NormalQuantile(p)), p, 1e-3), 1e-13) << p;
  }
  for (const std::uint64_t n : {1U, 9U, 100U}) {
    double sum = 0;
    for (std::uint64_t k = 0; k <= n; ++k) {
      sum += FairCoin(k, n);
      EXPECT_LE(Off(FairCoinLower(k, n), sum), 1e-12) << k << " of " << n;
    }
  }
  EXPECT_EQ(FairCoin(3, 2), 0);
  EXPECT_EQ(FairCoinLower(5, 4), 1);
  EXPECT_EQ(FairCoinLower(0, 0), 1);
  EXPECT_NEAR(FairCoin(2, 4), 6.0 / 16, 1e-15);
}

}  // namespace
}  // namespace mooring::data::tails
