#include "data/stats/intervals/mean_interval.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/stats/metrics/metric_vectors.h"

namespace mooring::data {
namespace {

void ExpectBounds(const IntervalEstimate& ours, const std::vector<double>& theirs, double close) {
  EXPECT_NEAR(ours.lower, theirs[0], close);
  EXPECT_NEAR(ours.upper, theirs[1], close);
}

// SciPy 1.10.1 for rows, statsmodels 0.13.5 for clusters, on rows that both sides draw alike
// (tools/golden/metric_vectors.py). Student's quantiles of SciPy 1.10.1 are off by up to 3e-10 of
// their size (2.36462425101 for 7 degrees and 0.975, where 2.36462425159 is right).
TEST(MeanInterval, EqualsSciPyAndStatsmodels) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/metrics.json");
  const Json::Array& records = *vectors.GetArray("mean").value();
  ASSERT_EQ(records.size(), 4U);
  for (const Json& record : records) {
    const auto n = record.GetUint("n").value();
    const double confidence = record.GetDouble("confidence").value();
    Rng rng(record.GetUint("seed").value());
    std::vector<double> values(n);
    std::vector<std::uint64_t> clusters(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double u = rng.Uniform();
      values[i] = u * u * u;
      clusters[i] = static_cast<std::uint64_t>(rng.Uniform() * static_cast<double>(n) / 4);
    }
    ExpectBounds(MeanInterval(values, confidence).value(), NumbersAt(record, "student"), 1e-10);
    ExpectBounds(MeanInterval(values, confidence, MeanLaw::kNormal).value(),
                 NumbersAt(record, "normal"), 1e-12);
    ExpectBounds(ClusteredMeanInterval(values, clusters, confidence).value(),
                 NumbersAt(record, "clustered"), 1e-10);
  }
}

// The tabled 0.975 quantile of Student's t with 7 degrees.
TEST(MeanInterval, UsesTheTabledQuantile) {
  EXPECT_NEAR(MeanIntervalOfMoments(8, 0, 56).value().upper, 2.364624251592785, 1e-13);
}

TEST(MeanInterval, OfMomentsIsThatOfRows) {
  const std::vector<double> values = {1, 4, 2, 9};
  const IntervalEstimate rows = MeanInterval(values).value();
  const IntervalEstimate moments = MeanIntervalOfMoments(4, 4, 9 + 0 + 4 + 25).value();
  EXPECT_EQ(rows.value, 4);
  EXPECT_DOUBLE_EQ(rows.lower, moments.lower);
  EXPECT_DOUBLE_EQ(rows.upper, moments.upper);
}

TEST(ClusteredMeanInterval, OfSingleRowsIsThatOfRows) {
  const std::vector<double> values = {1, 4, 2, 9, 3};
  const std::vector<std::uint64_t> own = {7, 1, 9, 2, 4};
  const IntervalEstimate rows = MeanInterval(values).value();
  const IntervalEstimate clustered = ClusteredMeanInterval(values, own).value();
  EXPECT_NEAR(rows.lower, clustered.lower, 1e-14);
  EXPECT_NEAR(rows.upper, clustered.upper, 1e-14);
}

// A client's rows are alike: 40 clients of 20 equal values. Taken as rows the interval is far too
// narrow; as clusters it holds the truth about as often as it says (4 deviations of 1 000 rounds).
TEST(ClusteredMeanInterval, HoldsWhereRowsAreAlike) {
  Rng rng(4);
  int held_by_rows = 0, held_by_clusters = 0;
  for (int round = 0; round < 1000; ++round) {
    std::vector<double> values;
    std::vector<std::uint64_t> clusters;
    for (std::uint64_t client = 0; client < 40; ++client) {
      values.insert(values.end(), 20, rng.Uniform());
      clusters.insert(clusters.end(), 20, client);
    }
    const auto holds = [](const IntervalEstimate& e) { return e.lower <= 0.5 && 0.5 <= e.upper; };
    held_by_rows += holds(MeanInterval(values).value()) ? 1 : 0;
    held_by_clusters += holds(ClusteredMeanInterval(values, clusters).value()) ? 1 : 0;
  }
  EXPECT_LT(held_by_rows, 600);
  EXPECT_NEAR(held_by_clusters, 950, 4 * std::sqrt(1000 * 0.95 * 0.05));
}

TEST(MeanInterval, OfAConstantHasNoWidth) {
  const IntervalEstimate e = MeanInterval(std::vector<double>(9, 3.5)).value();
  EXPECT_EQ(e.lower, 3.5);
  EXPECT_EQ(e.upper, 3.5);
  EXPECT_EQ(e.standard_error, 0);
}

TEST(MeanInterval, RefusesWhatMakesNoSense) {
  const std::vector<double> one = {1}, two = {1, 2}, nan = {1, std::nan("")};
  const std::vector<std::uint64_t> same = {3, 3}, shorter = {3}, other = {3, 4};
  EXPECT_FALSE(MeanInterval({}).ok());
  EXPECT_FALSE(MeanInterval(one).ok());
  EXPECT_FALSE(MeanInterval(nan).ok());
  EXPECT_FALSE(MeanInterval(two, 0).ok());
  EXPECT_FALSE(MeanInterval(two, 1).ok());
  EXPECT_FALSE(MeanInterval(two, std::nan("")).ok());
  EXPECT_FALSE(MeanIntervalOfMoments(5, 1, -1).ok());
  EXPECT_FALSE(ClusteredMeanInterval({}, {}).ok());
  EXPECT_FALSE(ClusteredMeanInterval(two, same).ok());
  EXPECT_FALSE(ClusteredMeanInterval(two, shorter).ok());
  EXPECT_FALSE(ClusteredMeanInterval(nan, other).ok());
  EXPECT_TRUE(ClusteredMeanInterval(two, other).ok());
}

}  // namespace
}  // namespace mooring::data
