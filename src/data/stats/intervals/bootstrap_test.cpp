#include "data/stats/intervals/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.h"
#include "data/stats/intervals/delong.h"
#include "data/stats/intervals/mean_interval.h"
#include "data/stats/metrics/score_ranking.h"

namespace mooring::data {
namespace {

WeightedStatistic MeanOf(const std::vector<double>& values) {
  return [&values](std::span<const double> weights) {
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += weights[i] * values[i];
      weight += weights[i];
    }
    return sum / weight;
  };
}

std::vector<double> Uniforms(std::uint64_t seed, std::size_t n) {
  Rng rng(seed);
  std::vector<double> values(n);
  for (double& x : values) x = rng.Uniform();
  return values;
}

// For a mean the formula is known: the bootstrap comes to it within the noise of its replicates.
TEST(Bootstrap, OfAMeanIsItsFormula) {
  const std::vector<double> values = Uniforms(1, 400);
  const IntervalEstimate formula = MeanInterval(values, 0.95, MeanLaw::kNormal).value();
  for (const BootstrapDraw draw : {BootstrapDraw::kPoisson, BootstrapDraw::kResample}) {
    for (const auto interval : {BootstrapInterval::kPercentile, BootstrapInterval::kBca}) {
      const BootstrapResult r = Bootstrap(values.size(), {}, MeanOf(values),
                                          {.replicates = 4000, .draw = draw, .interval = interval})
                                    .value();
      EXPECT_DOUBLE_EQ(r.estimate.value, formula.value);
      EXPECT_NEAR(r.estimate.standard_error / formula.standard_error, 1, 0.06);
      EXPECT_NEAR(r.estimate.lower, formula.lower, 0.25 * formula.standard_error);
      EXPECT_NEAR(r.estimate.upper, formula.upper, 0.25 * formula.standard_error);
      EXPECT_NEAR(r.bias, 0, 0.1 * formula.standard_error);
      EXPECT_EQ(r.clusters, 400U);
      EXPECT_EQ(r.undefined, 0U);
    }
  }
}

TEST(Bootstrap, OfAnAreaIsDelongs) {
  Rng rng(2);
  std::vector<double> scores(300);
  std::vector<std::uint8_t> truth(300);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = rng.Uniform();
    truth[i] = rng.Uniform() < scores[i] ? 1 : 0;
  }
  const ScoreRanking ranking = ScoreRanking::Make(scores, truth).value();
  const auto area = [&](std::span<const double> weights) { return ranking.RocAuc(weights); };
  const BootstrapResult r = Bootstrap(300, {}, area, {.replicates = 1000, .seed = 3}).value();
  const IntervalEstimate formula = AucInterval(scores, truth).value();
  EXPECT_NEAR(r.estimate.standard_error / formula.standard_error, 1, 0.12);
  EXPECT_NEAR(r.estimate.lower, formula.lower, 0.4 * formula.standard_error);
}

TEST(Bootstrap, DrawsClustersWhole) {
  std::vector<double> values;
  std::vector<std::uint64_t> clients;
  Rng rng(5);
  for (std::uint64_t client = 0; client < 60; ++client) {
    values.insert(values.end(), 10, rng.Uniform());
    clients.insert(clients.end(), 10, client * 1'000'003);
  }
  const BootstrapResult whole = Bootstrap(values.size(), clients, MeanOf(values)).value();
  const BootstrapResult rows = Bootstrap(values.size(), {}, MeanOf(values)).value();
  const IntervalEstimate formula = ClusteredMeanInterval(values, clients).value();
  EXPECT_EQ(whole.clusters, 60U);
  EXPECT_NEAR(whole.estimate.standard_error / formula.standard_error, 1, 0.08);
  EXPECT_NEAR(whole.estimate.standard_error / rows.estimate.standard_error, std::sqrt(10), 0.4);
}

TEST(Bootstrap, IsTheSameForTheSameSeed) {
  const std::vector<double> values = Uniforms(7, 50);
  const auto run = [&](std::uint64_t seed) {
    return Bootstrap(50, {}, MeanOf(values), {.replicates = 200, .seed = seed}).value().estimate;
  };
  EXPECT_EQ(run(1).lower, run(1).lower);
  EXPECT_EQ(run(1).upper, run(1).upper);
  EXPECT_NE(run(1).lower, run(2).lower);
}

// Weights of Poisson(1): mean 1, variance 1, P(0) = 1/e, P(5 or more) = 0.00366.
TEST(Bootstrap, WeightsArePoisson) {
  double sum = 0, squares = 0, zeros = 0, many = 0, count = 0;
  const auto look = [&](std::span<const double> weights) {
    for (const double w : weights) {
      sum += w;
      squares += w * w;
      zeros += w == 0 ? 1 : 0;
      many += w >= 5 ? 1 : 0;
      ++count;
    }
    return 1.0;
  };
  ASSERT_TRUE(Bootstrap(1001, {}, look, {.replicates = 1000}).ok());
  const double drawn = count - 1001;  // the first call has all weights 1
  const double mean = (sum - 1001) / drawn;
  EXPECT_NEAR(mean, 1, 0.005);
  EXPECT_NEAR((squares - 1001) / drawn - mean * mean, 1, 0.01);
  EXPECT_NEAR(zeros / drawn, std::exp(-1), 0.002);
  EXPECT_NEAR(many / drawn, 0.00366, 0.0003);
}

// The variance of a sample has a skewed law: BCa moves both ends up beside the percentile interval,
// and holds the truth more often. Coverage over 300 samples of 40 from an exponential law.
TEST(Bootstrap, BcaHoldsBetterForSkewedStatistics) {
  Rng rng(11);
  int by_percentile = 0, by_bca = 0;
  double shift = 0;
  for (std::uint64_t round = 0; round < 300; ++round) {
    std::vector<double> values(40);
    for (double& x : values) x = -std::log(1 - rng.Uniform());
    const auto variance = [&](std::span<const double> weights) {
      double weight = 0, sum = 0, squares = 0;
      for (std::size_t i = 0; i < values.size(); ++i) {
        weight += weights[i];
        sum += weights[i] * values[i];
        squares += weights[i] * values[i] * values[i];
      }
      return squares / weight - sum / weight * (sum / weight);
    };
    BootstrapOptions options{.replicates = 500, .seed = round};
    const IntervalEstimate p = Bootstrap(40, {}, variance, options).value().estimate;
    options.interval = BootstrapInterval::kBca;
    const IntervalEstimate b = Bootstrap(40, {}, variance, options).value().estimate;
    by_percentile += p.lower <= 1 && 1 <= p.upper ? 1 : 0;
    by_bca += b.lower <= 1 && 1 <= b.upper ? 1 : 0;
    shift += b.upper - p.upper;
  }
  EXPECT_GT(by_bca, by_percentile);
  EXPECT_GT(shift / 300, 0.1);
}

TEST(Bootstrap, CountsReplicatesWithoutAValue) {
  const std::vector<double> rare = {1, 0, 0, 0, 0, 0};  // in e^-1 of replicates nothing is left
  const auto undefined = [&](std::span<const double> weights) {
    return weights[0] == 0 ? std::nan("") : weights[0];
  };
  const BootstrapResult r = Bootstrap(6, {}, undefined, {.replicates = 1000}).value();
  EXPECT_NEAR(static_cast<double>(r.undefined) / 1000, std::exp(-1), 0.06);
  const auto never = [](std::span<const double> weights) {
    return weights[0] == 1 && weights[1] == 1 && weights[2] == 1 && weights[3] == 1 ? 1.0
                                                                                    : std::nan("");
  };
  EXPECT_EQ(Bootstrap(6, {}, never).error().code(), Code::kFailedPrecondition);
  const auto nothing = [](std::span<const double>) { return std::nan(""); };
  EXPECT_EQ(Bootstrap(6, {}, nothing).error().code(), Code::kFailedPrecondition);
}

TEST(Bootstrap, OfAConstantHasNoWidth) {
  const std::vector<double> same(20, 4.0);
  for (const auto interval : {BootstrapInterval::kPercentile, BootstrapInterval::kBca}) {
    const auto e = Bootstrap(20, {}, MeanOf(same), {.interval = interval}).value().estimate;
    EXPECT_EQ(e.lower, 4);
    EXPECT_EQ(e.upper, 4);
  }
}

TEST(Bootstrap, RefusesWhatMakesNoSense) {
  const std::vector<double> values = {1, 2, 3};
  const std::vector<std::uint64_t> same = {5, 5, 5}, shorter = {1, 2};
  EXPECT_FALSE(Bootstrap(3, same, MeanOf(values)).ok());
  EXPECT_FALSE(Bootstrap(3, shorter, MeanOf(values)).ok());
  EXPECT_FALSE(Bootstrap(0, {}, MeanOf(values)).ok());
  EXPECT_FALSE(Bootstrap(3, {}, MeanOf(values), {.replicates = 9}).ok());
  EXPECT_FALSE(Bootstrap(3, {}, MeanOf(values), {.confidence = 1}).ok());
}

}  // namespace
}  // namespace mooring::data
