#include "data/stats/metrics/score_ranking.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "data/stats/metrics/binary_metrics.h"

namespace mooring::data {
namespace {

// Under any weights the results are those of the metrics that sort anew.
TEST(ScoreRanking, AgreesWithTheMetricsUnderAnyWeights) {
  Rng rng(41);
  for (const std::size_t n : {1U, 2U, 7U, 100U, 1500U}) {
    for (const double levels : {2.0, 9.0, 1e12}) {
      std::vector<double> scores(n), weights(n);
      std::vector<std::uint8_t> truth(n);
      for (std::size_t i = 0; i < n; ++i) {
        scores[i] = std::floor(rng.Uniform() * levels);
        truth[i] = rng.Uniform() < 0.3 ? 1 : 0;
      }
      const ScoreRanking ranking = ScoreRanking::Make(scores, truth).value();
      for (int round = 0; round < 5; ++round) {
        for (double& w : weights) w = round == 0 ? 1 : std::floor(rng.Uniform() * 3);
        const auto auc = RocAuc({scores, truth, weights});
        const auto precision = AveragePrecision({scores, truth, weights});
        if (auc.ok()) {
          EXPECT_NEAR(ranking.RocAuc(weights), *auc, 1e-14);
        } else {
          EXPECT_TRUE(std::isnan(ranking.RocAuc(weights)));
        }
        if (precision.ok()) {
          EXPECT_NEAR(ranking.AveragePrecision(weights), *precision, 1e-14);
        } else {
          EXPECT_TRUE(std::isnan(ranking.AveragePrecision(weights)));
        }
      }
    }
  }
}

TEST(ScoreRanking, TakesEveryNumberAsAScore) {
  const std::vector<double> scores = {-INFINITY, -1e308, -0.0, 0.0, 5e-324, INFINITY};
  const std::vector<std::uint8_t> truth = {0, 0, 0, 1, 1, 1};
  const std::vector<double> ones(6, 1.0);
  EXPECT_NEAR(ScoreRanking::Make(scores, truth)->RocAuc(ones), 8.5 / 9, 1e-15) << "-0 is 0";
}

TEST(ScoreRanking, RefusesWhatMakesNoSense) {
  const std::vector<double> scores = {1, 2}, nan = {1, std::nan("")};
  const std::vector<std::uint8_t> truth = {0, 1}, two = {0, 2}, one = {1};
  EXPECT_FALSE(ScoreRanking::Make({}, {}).ok());
  EXPECT_FALSE(ScoreRanking::Make(nan, truth).ok());
  EXPECT_FALSE(ScoreRanking::Make(scores, two).ok());
  EXPECT_FALSE(ScoreRanking::Make(scores, one).ok());
}

}  // namespace
}  // namespace mooring::data
