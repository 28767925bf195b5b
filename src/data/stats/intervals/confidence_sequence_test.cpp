#include "data/stats/intervals/confidence_sequence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace mooring::data {
namespace {

AsymptoticSequence Asymptotic() { return AsymptoticSequence::Make({}).value(); }
BoundedSequence Bounded() { return BoundedSequence::Make({}).value(); }

// Widths beside an ordinary 95 % interval, as stated with the formula (alpha .05, tightest at 5
// 000).
TEST(AsymptoticSequence, HasTheStatedWidths) {
  const AsymptoticSequence sequence = Asymptotic();
  const auto ratio = [&](double n) {
    return sequence.HalfWidthFactor(n) * std::sqrt(n) / 1.959963984540054;
  };
  EXPECT_NEAR(ratio(100), 3.42, 0.005);
  EXPECT_NEAR(ratio(1000), 1.72, 0.005);
  EXPECT_NEAR(ratio(10'000), 1.56, 0.005);
  EXPECT_NEAR(ratio(100'000), 1.70, 0.005);
}

TEST(AsymptoticSequence, IsTightestWhereItWasAsked) {
  const auto ratio = [](double tightest_at, double n) {
    return AsymptoticSequence::Make({.tightest_at = tightest_at})->HalfWidthFactor(n);
  };
  for (const double n : {500.0, 5000.0, 50'000.0}) {
    EXPECT_LT(ratio(n, n), ratio(n / 3, n));
    EXPECT_LT(ratio(n, n), ratio(n * 3, n));
  }
}

// Exp(1) values looked at after each one from 100 to 5 000: an ordinary interval misses 1 at some
// moment in about half of the runs, the sequence in at most 5 % (stated .035 up to 20 000).
TEST(AsymptoticSequence, HoldsAtEveryLook) {
  Rng rng(21);
  int missed = 0, missed_by_ordinary = 0;
  for (int run = 0; run < 300; ++run) {
    AsymptoticSequence sequence = Asymptotic();
    bool miss = false, ordinary_miss = false;
    for (int i = 0; i < 5000; ++i) {
      ASSERT_TRUE(sequence.Add(-std::log(1 - rng.Uniform())).ok());
      if (i + 1 < 100) continue;
      const IntervalEstimate now = sequence.Now();
      miss |= now.lower > 1 || now.upper < 1;
      ordinary_miss |= std::abs(now.value - 1) > 1.96 * now.standard_error;
    }
    missed += miss ? 1 : 0;
    missed_by_ordinary += ordinary_miss ? 1 : 0;
  }
  EXPECT_LE(missed, 15 + 11) << "5 % of 300 and three deviations";
  EXPECT_GE(missed_by_ordinary, 100);
}

TEST(AsymptoticSequence, SaysNothingTooEarly) {
  AsymptoticSequence sequence = Asymptotic();
  EXPECT_TRUE(std::isnan(sequence.Now().value));
  for (int i = 0; i < 99; ++i) ASSERT_TRUE(sequence.Add(i % 2).ok());
  EXPECT_FALSE(std::isnan(sequence.Now().value));
  EXPECT_TRUE(std::isnan(sequence.Now().lower));
  ASSERT_TRUE(sequence.Add(1).ok());
  EXPECT_DOUBLE_EQ(sequence.Now().value, 0.5);
  EXPECT_NEAR(sequence.Now().upper, 0.5 + 0.5 * sequence.HalfWidthFactor(100), 1e-15);
}

TEST(AsymptoticSequence, RefusesWhatMakesNoSense) {
  EXPECT_FALSE(AsymptoticSequence::Make({.alpha = 0}).ok());
  EXPECT_FALSE(AsymptoticSequence::Make({.alpha = 1}).ok());
  EXPECT_FALSE(AsymptoticSequence::Make({.tightest_at = 0}).ok());
  AsymptoticSequence sequence = Asymptotic();
  EXPECT_FALSE(sequence.Add(std::nan("")).ok());
  EXPECT_FALSE(sequence.Add(INFINITY).ok());
  EXPECT_EQ(sequence.count(), 0U);
}

// The first step by hand: guess 1/2, variance 1/4, l = min(1/2, sqrt(2 ln 40 / (1/4 ln 2))) = 1/2;
// x = 1: centre 1, half-width (ln 40 + (ln 2 - 1/2)/4) / (1/2) > 1.
TEST(BoundedSequence, StartsWithTheWholeRange) {
  BoundedSequence sequence = Bounded();
  EXPECT_EQ(sequence.Now().lower, 0);
  EXPECT_EQ(sequence.Now().upper, 1);
  ASSERT_TRUE(sequence.Add(1).ok());
  EXPECT_EQ(sequence.Now().lower, 0);
  EXPECT_EQ(sequence.Now().value, 1);
}

// The closed form computed anew from all values.
TEST(BoundedSequence, EqualsItsFormula) {
  Rng rng(30);
  BoundedSequence sequence = Bounded();
  std::vector<double> x;
  double lower = 0, upper = 1;
  for (int t = 1; t <= 400; ++t) {
    x.push_back(rng.Uniform() < 0.2 ? rng.Uniform() : 0.1);
    ASSERT_TRUE(sequence.Add(x.back()).ok());
    double sum = 0, squares = 0, bets = 0, weighted = 0, width = 0;
    for (int i = 1; i <= t; ++i) {
      const double guess = (0.5 + sum) / i, variance = (0.25 + squares) / i;
      const double bet =
          std::min(0.5, std::sqrt(2 * std::log(40) / (variance * i * std::log(1 + i))));
      const double value = x[static_cast<std::size_t>(i - 1)];
      sum += value;
      const double mean = (0.5 + sum) / (i + 1);
      squares += (value - mean) * (value - mean);
      bets += bet;
      weighted += bet * value;
      width += 4 * (value - guess) * (value - guess) * (-std::log(1 - bet) - bet) / 4;
    }
    lower = std::max(lower, weighted / bets - (std::log(40) + width) / bets);
    upper = std::min(upper, weighted / bets + (std::log(40) + width) / bets);
    ASSERT_NEAR(sequence.Now().lower, lower, 1e-12);
    ASSERT_NEAR(sequence.Now().upper, upper, 1e-12);
  }
}

// Rare events, where a normal interval fails: over 400 runs of 3 000 the sequence misses in at most
// 5 % of them, from the first value on.
TEST(BoundedSequence, HoldsAtEveryLook) {
  Rng rng(22);
  int missed = 0;
  double width = 0;
  for (int run = 0; run < 400; ++run) {
    BoundedSequence sequence = Bounded();
    bool miss = false;
    for (int i = 0; i < 3000; ++i) {
      ASSERT_TRUE(sequence.Add(rng.Uniform() < 0.01 ? 1 : 0).ok());
      const IntervalEstimate now = sequence.Now();
      miss |= now.lower > 0.01 || now.upper < 0.01;
    }
    missed += miss ? 1 : 0;
    width += sequence.Now().upper - sequence.Now().lower;
  }
  EXPECT_LE(missed, 20);
  EXPECT_LT(width / 400, 0.03);
}

TEST(BoundedSequence, MovesWithItsBounds) {
  BoundedSequence unit = Bounded();
  BoundedSequence money = BoundedSequence::Make({.low = -100, .high = 300}).value();
  Rng rng(4);
  for (int i = 0; i < 500; ++i) {
    const double x = rng.Uniform();
    ASSERT_TRUE(unit.Add(x).ok());
    ASSERT_TRUE(money.Add(400 * x - 100).ok());
  }
  EXPECT_NEAR(money.Now().lower, 400 * unit.Now().lower - 100, 1e-9);
  EXPECT_NEAR(money.Now().upper, 400 * unit.Now().upper - 100, 1e-9);
  EXPECT_NEAR(money.Now().value, 400 * unit.Now().value - 100, 1e-9);
  EXPECT_EQ(unit.count(), 500U);
}

TEST(BoundedSequence, RefusesWhatMakesNoSense) {
  EXPECT_FALSE(BoundedSequence::Make({.low = 1, .high = 1}).ok());
  EXPECT_FALSE(BoundedSequence::Make({.low = -1e308, .high = 1e308}).ok());
  EXPECT_FALSE(BoundedSequence::Make({.alpha = 1}).ok());
  BoundedSequence sequence = Bounded();
  EXPECT_FALSE(sequence.Add(1.5).ok());
  EXPECT_FALSE(sequence.Add(-0.1).ok());
  EXPECT_FALSE(sequence.Add(std::nan("")).ok());
  EXPECT_EQ(sequence.count(), 0U);
}

}  // namespace
}  // namespace mooring::data
