#include "data/stats/intervals/delong.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.h"
#include "data/stats/metrics/binary_metrics.h"

namespace mooring::data {
namespace {

// The numbers of the release-gate rules: AUCs, covariances and z computed from the definition.
TEST(Delong, EqualsTheStatedVector) {
  const std::vector<std::uint8_t> truth = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
  const std::vector<double> first = {.9, .8, .4, .6, .7, .3, .2, .1, .5, .4};
  const std::vector<double> second = {.7, .9, .3, .5, .8, .4, .6, .2, .1, .5};
  const AucComparison c = CompareAucs(first, second, truth).value();
  EXPECT_NEAR(c.first_auc, .8541667, 1e-7);
  EXPECT_NEAR(c.second_auc, .6875, 1e-15);
  EXPECT_NEAR(c.first_variance, .0163773, 1e-7);
  EXPECT_NEAR(c.second_variance, .0355903, 1e-7);
  EXPECT_NEAR(c.covariance, .0186921, 1e-7);
  EXPECT_NEAR(c.difference.standard_error * c.difference.standard_error, .0145833, 1e-7);
  EXPECT_NEAR(c.test.statistic, 1.380131, 1e-6);
  EXPECT_NEAR(c.test.p_value, .1675463, 1e-7);
  EXPECT_NEAR(c.difference.lower, 0.1666667 - 1.959964 * std::sqrt(.0145833), 1e-6);
}

struct Drawn {
  std::vector<double> first, second;
  std::vector<std::uint8_t> truth;
};

Drawn Draw(std::uint64_t seed, std::size_t n, double levels) {
  Rng rng(seed);
  Drawn drawn;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = rng.Uniform();
    drawn.truth.push_back(i < 2 || (i > 3 && rng.Uniform() < x) ? 1 : 0);
    drawn.first.push_back(std::floor((x + rng.Uniform()) * levels));
    drawn.second.push_back(std::floor((x + 2 * rng.Uniform()) * levels));
  }
  return drawn;
}

double Wins(double positive, double negative) {
  return positive > negative ? 1 : (positive == negative ? 0.5 : 0);
}

// The definition over all pairs, O(m n).
double NaiveCovariance(const Drawn& d, const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> va, vb;
  const auto side = [&](bool of_positives) {
    va.clear();
    vb.clear();
    for (std::size_t i = 0; i < a.size(); ++i) {
      if ((d.truth[i] == 1) != of_positives) continue;
      double wins_a = 0, wins_b = 0, others = 0;
      for (std::size_t j = 0; j < a.size(); ++j) {
        if (d.truth[j] == d.truth[i]) continue;
        ++others;
        wins_a += of_positives ? Wins(a[i], a[j]) : Wins(a[j], a[i]);
        wins_b += of_positives ? Wins(b[i], b[j]) : Wins(b[j], b[i]);
      }
      va.push_back(wins_a / others);
      vb.push_back(wins_b / others);
    }
    const auto n = static_cast<double>(va.size());
    double mean_a = 0, mean_b = 0, sum = 0;
    for (const double x : va) mean_a += x / n;
    for (const double x : vb) mean_b += x / n;
    for (std::size_t i = 0; i < va.size(); ++i) sum += (va[i] - mean_a) * (vb[i] - mean_b);
    return sum / (n - 1) / n;
  };
  return side(true) + side(false);
}

TEST(Delong, EqualsTheDefinitionOverAllPairs) {
  for (const std::size_t n : {4U, 9U, 40U, 300U, 700U}) {
    for (const double levels : {3.0, 10.0, 1e9}) {
      SCOPED_TRACE(n);
      const Drawn d = Draw(n, n, levels);
      const AucComparison c = CompareAucs(d.first, d.second, d.truth).value();
      EXPECT_NEAR(c.first_variance, NaiveCovariance(d, d.first, d.first), 1e-12);
      EXPECT_NEAR(c.second_variance, NaiveCovariance(d, d.second, d.second), 1e-12);
      EXPECT_NEAR(c.covariance, NaiveCovariance(d, d.first, d.second), 1e-12);
      EXPECT_NEAR(c.first_auc, RocAuc({d.first, d.truth}).value(), 1e-15);
      const double error = c.difference.standard_error;
      EXPECT_NEAR(error * error, c.first_variance + c.second_variance - 2 * c.covariance, 1e-12);
    }
  }
}

TEST(Delong, SwappedScoresTurnTheSign) {
  const Drawn d = Draw(5, 200, 20);
  const AucComparison ab = CompareAucs(d.first, d.second, d.truth).value();
  const AucComparison ba = CompareAucs(d.second, d.first, d.truth).value();
  EXPECT_EQ(ab.difference.value, -ba.difference.value);
  EXPECT_DOUBLE_EQ(ab.difference.lower, -ba.difference.upper);
  EXPECT_DOUBLE_EQ(ab.test.p_value, ba.test.p_value);
}

TEST(Delong, EqualRanksDifferInNothing) {
  const Drawn d = Draw(6, 100, 1e9);
  std::vector<double> moved = d.first;
  for (double& x : moved) x = std::exp(x / 1e9);
  const AucComparison c = CompareAucs(d.first, moved, d.truth).value();
  EXPECT_EQ(c.difference.value, 0);
  EXPECT_EQ(c.difference.standard_error, 0);
  EXPECT_EQ(c.test.statistic, 0);
  EXPECT_EQ(c.test.p_value, 1);
}

// 2 000 samples of 150 rows: 95 % intervals hold the true area (5/6 for uniform scores with
// P(positive) = score) in 93 to 97 %.
TEST(Delong, IntervalsHoldTheTrueArea) {
  int held = 0;
  Rng rng(8);
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> scores(150);
    std::vector<std::uint8_t> truth(150);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i] = rng.Uniform();
      truth[i] = rng.Uniform() < scores[i] ? 1 : 0;
    }
    const IntervalEstimate e = AucInterval(scores, truth).value();
    held += e.lower <= 5.0 / 6 && 5.0 / 6 <= e.upper ? 1 : 0;
  }
  EXPECT_GE(held, 1860);
  EXPECT_LE(held, 1940);
}

TEST(Delong, IntervalsStayWithinZeroAndOne) {
  const std::vector<double> scores = {1, 2, 3, 4};
  const std::vector<std::uint8_t> truth = {0, 0, 1, 1};
  const IntervalEstimate e = AucInterval(scores, truth).value();
  EXPECT_EQ(e.value, 1);
  EXPECT_EQ(e.lower, 1);
  EXPECT_EQ(e.upper, 1);
}

TEST(Delong, RefusesWhatMakesNoSense) {
  const std::vector<double> scores = {1, 2, 3, 4}, nan = {1, 2, 3, std::nan("")};
  const std::vector<std::uint8_t> truth = {0, 0, 1, 1}, one = {0, 1, 1, 1}, odd = {0, 0, 1, 7};
  EXPECT_FALSE(AucInterval(nan, truth).ok());
  EXPECT_FALSE(AucInterval(scores, one).ok());
  EXPECT_FALSE(AucInterval(scores, odd).ok());
  EXPECT_FALSE(AucInterval({}, {}).ok());
  EXPECT_FALSE(AucInterval(scores, truth, 1).ok());
  EXPECT_FALSE(CompareAucs(scores, std::vector<double>{1}, truth).ok());
}

}  // namespace
}  // namespace mooring::data
