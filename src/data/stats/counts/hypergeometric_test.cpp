#include "data/stats/counts/hypergeometric.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/stats/counts/recorded.h"

namespace mooring::data {
namespace {

using recorded::Off;

// counts.json: masses from 60-digit decimals, totals up to 10^12.
TEST(Hypergeometric, MassesHaveTwelveDigits) {
  const Json file = recorded::Load(MOORING_SOURCE_DIR "/tests/golden/scipy/counts.json");
  const auto& rows = recorded::Items(recorded::At(file, "hypergeometric"));
  ASSERT_EQ(rows.size(), 15U);
  for (const Json& row : rows) {
    const auto at = [&row](std::size_t i) { return recorded::At(row, i).AsUint().value(); };
    const Hypergeometric law({.total = at(0), .marked = at(1), .drawn = at(2)});
    EXPECT_LE(Off(law.Mass(at(3)), recorded::Number(recorded::At(row, 4))), 1e-12)
        << at(0) << ' ' << at(1) << ' ' << at(2) << ' ' << at(3);
  }
}

TEST(Hypergeometric, MassesSumToOneAndTailsToThem) {
  for (const Hypergeometric::Urn urn : {Hypergeometric::Urn{10, 4, 5},
                                        {7, 7, 3},
                                        {7, 0, 3},
                                        {9, 5, 9},
                                        {9, 5, 0},
                                        {20, 15, 12},
                                        {0, 0, 0},
                                        {400, 100, 300},
                                        {5000, 40, 2500}}) {
    const Hypergeometric law(urn);
    SCOPED_TRACE(std::to_string(urn.total) + ' ' + std::to_string(urn.marked));
    double sum = 0;
    for (std::uint64_t k = law.min(); k <= law.max(); ++k) {
      EXPECT_LE(Off(law.UpperTail(k), 1 - sum, 1e-3), 1e-11);
      sum += law.Mass(k);
      EXPECT_LE(Off(law.LowerTail(k), sum), 1e-11);
      EXPECT_LE(law.Mass(k), law.Mass(law.mode()) * (1 + 1e-12));
    }
    EXPECT_NEAR(sum, 1, 1e-12);
    EXPECT_EQ(law.Mass(law.max() + 1), 0);
    EXPECT_EQ(law.LowerTail(law.max()), 1);
    EXPECT_EQ(law.UpperTail(law.min()), 1);
  }
}

TEST(Hypergeometric, FarTailsKeepTheirRelativeAccuracy) {
  // All 50 drawn are marked: 1 / C(100, 50) = 9.911653021418e-30 (exact:
  // 100891344545564193334812497256).
  const Hypergeometric law({.total = 100, .marked = 50, .drawn = 50});
  EXPECT_LE(Off(law.UpperTail(50), 1 / 100891344545564193334812497256.0), 1e-13);
  EXPECT_LE(Off(law.LowerTail(0), 1 / 100891344545564193334812497256.0), 1e-13);
  EXPECT_LE(Off(law.UpperTail(49), 2501 / 100891344545564193334812497256.0), 1e-13);
}

// Means within four standard errors; deviations from the law's own formula.
TEST(Hypergeometric, DrawsFollowTheLaw) {
  Rng rng(7);
  for (const Hypergeometric::Urn urn : {Hypergeometric::Urn{10, 4, 5},
                                        {1000, 3, 10},
                                        {100000, 50000, 30000},
                                        {9, 5, 9},
                                        {30, 29, 28}}) {
    const Hypergeometric law(urn);
    constexpr int kDraws = 4000;
    double sum = 0, squares = 0;
    const auto total = static_cast<double>(urn.total), drawn = static_cast<double>(urn.drawn);
    const double share = static_cast<double>(urn.marked) / total, mean = drawn * share;
    for (int i = 0; i < kDraws; ++i) {
      const std::uint64_t k = law.Draw(rng);
      ASSERT_GE(k, law.min());
      ASSERT_LE(k, law.max());
      const double away = static_cast<double>(k) - mean;
      sum += away;
      squares += away * away;
    }
    const double variance = drawn * share * (1 - share) * (total - drawn) / (total - 1);
    EXPECT_LE(std::abs(sum / kDraws), 4 * std::sqrt(variance / kDraws)) << urn.total;
    EXPECT_NEAR(squares / kDraws, variance, 0.15 * variance) << urn.total;
  }
}

TEST(BinomialMass, HoldsItsCorners) {
  EXPECT_EQ(BinomialMass(0, 0, 0.3), 1);
  EXPECT_EQ(BinomialMass(0, 5, 0), 1);
  EXPECT_EQ(BinomialMass(5, 5, 1), 1);
  EXPECT_EQ(BinomialMass(4, 5, 1), 0);
  EXPECT_LE(Off(BinomialMass(0, 3, 0.1), 0.729), 1e-14);
  EXPECT_LE(Off(BinomialMass(2, 3, 0.1), 0.027), 1e-14);
}

}  // namespace
}  // namespace mooring::data
