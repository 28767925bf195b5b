#include "data/stats/share_distances.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/stats/counts/hypergeometric.h"
#include "data/stats/counts/recorded.h"

namespace mooring::data {
namespace {

using recorded::At;
using recorded::Number;
using recorded::Numbers;
using recorded::Off;
using V = std::vector<double>;

// counts.json: KL and JS of SciPy 1.10.1, the others by their formulas with exact sums.
TEST(ShareDistances, EqualSciPyAndTheFormulas) {
  const Json file = recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/counts.json");
  const auto& cases = recorded::Items(At(file, "shares"));
  ASSERT_EQ(cases.size(), 13U);
  for (const Json& one : cases) {
    const V r = Numbers(At(one, "reference")), c = Numbers(At(one, "current"));
    SCOPED_TRACE(testing::PrintToString(r));
    const auto due = [&one](std::string_view key) { return Number(At(one, key)); };
    // Sums of terms up to 1: near 0 their rounding counts absolutely.
    EXPECT_LE(Off(KullbackLeibler(r, c).value(), due("kl"), 1e-3), 1e-13);
    EXPECT_LE(Off(JensenShannonDistance(r, c).value(), due("js"), 1e-2), 1e-13);
    EXPECT_LE(Off(JensenShannonDistance(r, c, 2).value(), due("js2"), 1e-2), 1e-13);
    EXPECT_LE(Off(HellingerDistance(r, c).value(), due("hellinger")), 1e-13);
    EXPECT_LE(Off(TotalVariation(r, c).value(), due("tv")), 1e-13);
    EXPECT_LE(Off(LInfinity(r, c).value(), due("l_infinity")), 1e-13);
    EXPECT_LE(Off(PopulationStability(r, c, ZeroFill::kEvidently).value(), due("psi_filled")),
              1e-13);
  }
}

TEST(ShareDistances, AreZeroAtEqualSharesAndGreatestAtDisjointOnes) {
  const V same = {10, 20, 30}, scaled = {1, 2, 3}, left = {5, 0}, right = {0, 7};
  for (const auto distance : {HellingerDistance, TotalVariation, LInfinity}) {
    EXPECT_NEAR(distance(same, scaled).value(), 0, 1e-16);
    EXPECT_NEAR(distance(left, right).value(), 1, 1e-15);
  }
  EXPECT_NEAR(KullbackLeibler(same, scaled).value(), 0, 1e-16);
  EXPECT_EQ(KullbackLeibler(left, right).value(), HUGE_VAL);
  EXPECT_NEAR(JensenShannonDistance(left, right, 2).value(), 1, 1e-15);
  EXPECT_NEAR(JensenShannonDistance(left, right).value(), std::sqrt(std::log(2)), 1e-15);
  EXPECT_NEAR(PopulationStability(same, scaled).value(), 0, 1e-16);
  EXPECT_EQ(PopulationStability(left, right).value(), HUGE_VAL);
}

// Symmetry of all but KL; Hellinger^2 <= TV <= sqrt(2) Hellinger; Pinsker: TV^2 <= KL / 2.
TEST(ShareDistances, KeepTheirInequalities) {
  Rng rng(4);
  for (int round = 0; round < 200; ++round) {
    V r(8), c(8);
    for (double& x : r) x = rng.Uniform() + 0.01;
    for (double& x : c) x = rng.Uniform() + 0.01;
    const double h = HellingerDistance(r, c).value(), tv = TotalVariation(r, c).value();
    EXPECT_LE(h * h, tv + 1e-15);
    EXPECT_LE(tv, std::sqrt(2) * h + 1e-15);
    EXPECT_LE(tv * tv, KullbackLeibler(r, c).value() / 2 + 1e-15);
    EXPECT_LE(LInfinity(r, c).value(), tv + 1e-15);
    EXPECT_NEAR(PopulationStability(r, c).value(),
                KullbackLeibler(r, c).value() + KullbackLeibler(c, r).value(), 1e-14);
    EXPECT_EQ(tv, TotalVariation(c, r).value());
    EXPECT_EQ(h, HellingerDistance(c, r).value());
    EXPECT_NEAR(JensenShannonDistance(r, c).value(), JensenShannonDistance(c, r).value(), 1e-15);
  }
}

TEST(ShareDistances, FillZerosAsEvidentlyDoes) {
  EXPECT_EQ(FillOfZeros(0.2), 0.0001);
  EXPECT_EQ(FillOfZeros(0.000101), 0.0001);
  EXPECT_EQ(FillOfZeros(0.0001), 1e-10) << "the jump";
  const V r = {0.5, 0.5, 0}, c = {0.5, 0.25, 0.25};
  EXPECT_NEAR(PopulationStability(r, c, ZeroFill::kEvidently).value(),
              0.25 * std::log(2) + (0.25 - 0.0001) * std::log(0.25 / 0.0001), 1e-15);
  EXPECT_EQ(PopulationStability(r, c).value(), HUGE_VAL);
}

TEST(ShareDistances, RefuseWhatHasNoShares) {
  struct Case {
    V reference, current;
    const char* message;
  };
  for (const Case& one : {Case{{}, {}, "0 groups of the reference beside 0"},
                          {{1}, {1, 2}, "1 groups of the reference beside 2"},
                          {{1, -1}, {1, 2}, "reference weight 1 is -1"},
                          {{1, 1}, {1, std::nan("")}, "current weight 1 is nan"},
                          {{0, 0}, {1, 2}, "the reference weights sum to 0"},
                          {{1e308, 1e308}, {1, 2}, "the reference weights sum to inf"}}) {
    for (const auto distance : {HellingerDistance, TotalVariation, LInfinity, KullbackLeibler}) {
      const auto refused = distance(one.reference, one.current);
      ASSERT_FALSE(refused.ok()) << one.message;
      EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
      EXPECT_EQ(refused.error().message(), one.message);
    }
  }
  for (const double base : {1.0, 0.5, -2.0, std::nan(""), HUGE_VAL}) {
    EXPECT_FALSE(JensenShannonDistance(V{1, 2}, V{1, 2}, base).ok()) << base;
  }
}

using Counts = std::vector<std::uint64_t>;

TEST(TotalVariationPermutation, SeesWhatChangedAndOnlyThat) {
  Rng rng(1);
  const TestResult changed =
      TotalVariationPermutation(Counts{500, 300, 200}, Counts{200, 300, 500}, rng).value();
  EXPECT_DOUBLE_EQ(changed.statistic, 0.3);
  EXPECT_EQ(changed.p_value, 1.0 / 1001) << "never 0";
  const TestResult same = TotalVariationPermutation(Counts{50, 30}, Counts{50, 30}, rng).value();
  EXPECT_EQ(same.statistic, 0);
  EXPECT_EQ(same.p_value, 1) << "all are as great as none";
}

// With two groups the law is hypergeometric and p can be summed: of 7 and 9 rows with 8 successes.
TEST(TotalVariationPermutation, IsWithinItsNoiseOfTheExactValue) {
  const Counts reference = {5, 2}, current = {3, 6};
  const Hypergeometric law({.total = 16, .marked = 8, .drawn = 7});
  double exact = 0;
  const double seen = std::abs(5.0 / 7 - 3.0 / 9);
  for (std::uint64_t k = law.min(); k <= law.max(); ++k) {
    const auto got = static_cast<double>(k);
    if (std::abs(got / 7 - (8 - got) / 9) >= seen - 1e-12) exact += law.Mass(k);
  }
  Rng rng(9);
  const TestResult test = TotalVariationPermutation(reference, current, rng, 20'000).value();
  EXPECT_NEAR(test.p_value, exact, 4 * std::sqrt(exact * (1 - exact) / 20'000));
  EXPECT_DOUBLE_EQ(test.statistic, seen);
}

TEST(TotalVariationPermutation, IsRepeatedByItsSeed) {
  Rng first(5), again(5), other(6);
  const Counts a = {40, 30, 20, 10, 0}, b = {30, 35, 25, 8, 2};
  const double p = TotalVariationPermutation(a, b, first).value().p_value;
  EXPECT_EQ(TotalVariationPermutation(a, b, again).value().p_value, p);
  EXPECT_NEAR(TotalVariationPermutation(a, b, other).value().p_value, p, 0.1);
}

// Uniform p-values when nothing differs: their mean of 400 rounds is within 4/sqrt(12 400) of 1/2.
TEST(TotalVariationPermutation, KeepsItsLevel) {
  Rng rng(8);
  double sum = 0;
  for (int round = 0; round < 400; ++round) {
    Counts a(5), b(5);
    for (int i = 0; i < 300; ++i) ++a[rng.Below(5)];
    for (int i = 0; i < 200; ++i) ++b[rng.Below(5)];
    sum += TotalVariationPermutation(a, b, rng, 99).value().p_value;
  }
  EXPECT_NEAR(sum / 400, 0.505, 0.06);
}

TEST(TotalVariationPermutation, RefusesWhatItCannotRelabel) {
  Rng rng(1);
  const auto code = [&rng](const Counts& a, const Counts& b, std::size_t n = 10) {
    return TotalVariationPermutation(a, b, rng, n).error().code();
  };
  EXPECT_EQ(code({1, 2}, {1}), Code::kInvalidArgument);
  EXPECT_EQ(code({}, {}), Code::kInvalidArgument);
  EXPECT_EQ(code({0, 0}, {1, 2}), Code::kInvalidArgument);
  EXPECT_EQ(code({1, 2}, {0, 0}), Code::kInvalidArgument);
  EXPECT_EQ(code({1, 2}, {2, 1}, 0), Code::kInvalidArgument);
  EXPECT_EQ(code({Hypergeometric::kMaxTotal, 2}, {2, 1}), Code::kTooLarge);
  EXPECT_EQ(code({~std::uint64_t{0}, 2}, {2, 1}), Code::kTooLarge);
}

}  // namespace
}  // namespace mooring::data
