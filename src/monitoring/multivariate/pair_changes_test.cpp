#include "monitoring/multivariate/pair_changes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "data/stats/correlation.h"
#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

double Normal(Rng& rng) {
  const double u = rng.Uniform(), v = rng.Uniform();
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

// `width` normal features with correlation r between the first two; a share of values is missing.
data::Batch Rows(std::size_t rows, std::size_t width, std::uint64_t seed, double r,
                 double missing = 0) {
  Rng rng(seed);
  std::vector<std::pair<std::string, std::vector<double>>> columns(width);
  for (std::size_t i = 0; i < width; ++i) columns[i].first = "f" + std::to_string(i);
  for (std::size_t row = 0; row < rows; ++row) {
    const double first = Normal(rng);
    for (std::size_t i = 0; i < width; ++i) {
      double x = i == 0 ? first : Normal(rng);
      if (i == 1) x = r * first + std::sqrt(1 - r * r) * x;
      const bool gone = rng.Uniform() < missing;
      columns[i].second.push_back(gone ? std::nan("") : 100 + 3 * x);
    }
  }
  return FrameOf(columns, {});
}

CoMoments Sums(const std::shared_ptr<const PairScale>& scale, const data::Batch& rows) {
  CoMoments sums(scale);
  EXPECT_TRUE(sums.Add(rows).ok());
  return sums;
}

// Against the textbook formula on the raw values, over rows where both are present.
TEST(PairChanges, CorrelationsEqualPearsonOnTheRawValues) {
  for (const double missing : {0.0, 0.3}) {
    const data::Batch rows = Rows(3000, 4, 5, 0.6, missing);
    const auto scale = PairScale::Learn(rows).value();
    const CoMoments sums = Sums(scale, rows);
    for (std::size_t j = 1; j < 4; ++j) {
      for (std::size_t i = 0; i < j; ++i) {
        std::vector<double> x, y;
        for (std::size_t row = 0; row < rows.rows(); ++row) {
          if (rows.column(i).IsNull(row) || rows.column(j).IsNull(row)) continue;
          x.push_back(rows.column(i).Number(row));
          y.push_back(rows.column(j).Number(row));
        }
        EXPECT_EQ(sums.PairRows(i, j), x.size());
        EXPECT_EQ(sums.PairRows(j, i), x.size());
        const double pearson = data::PearsonCorrelation(x, y)->statistic;
        EXPECT_NEAR(sums.Correlation(i, j), pearson, 2e-6);
        EXPECT_EQ(sums.Correlation(i, j), sums.Correlation(j, i));
      }
    }
  }
}

// Whole numbers: any split, merged in any order, is the same to the last bit.
TEST(PairChanges, MergedPartsAreTheWhole) {
  const data::Batch rows = Rows(999, 5, 6, -0.4, 0.1);
  const auto scale = PairScale::Learn(rows).value();
  const CoMoments whole = Sums(scale, rows);
  std::vector<CoMoments> parts(3, CoMoments(scale));
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    data::Batch one(rows.shared_schema());
    one.AppendRow(rows, row);
    ASSERT_TRUE(parts[row % 3].Add(one).ok());
  }
  CoMoments merged(scale);
  for (const std::size_t part : {2U, 0U, 1U}) ASSERT_TRUE(merged.Merge(parts[part]).ok());
  EXPECT_EQ(merged.rows(), whole.rows());
  for (std::size_t j = 1; j < 5; ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      EXPECT_EQ(merged.Correlation(i, j), whole.Correlation(i, j));
    }
  }
  EXPECT_FALSE(merged.Merge(CoMoments(PairScale::Learn(rows).value())).ok()) << "another scale";
}

// And Fisher's z by hand.
TEST(PairChanges, FindsTheFlippedPairAndOnlyIt) {
  const data::Batch training = Rows(5000, 12, 7, 0.8);
  const auto scale = PairScale::Learn(training).value();
  const CoMoments reference = Sums(scale, training), window = Sums(scale, Rows(500, 12, 8, -0.8));
  const std::vector<PairComparison> pairs = ComparePairs(reference, window, {});
  ASSERT_EQ(pairs.size(), 66U);
  EXPECT_TRUE(pairs[0].changed);
  EXPECT_EQ(pairs[0].first, "f0");
  EXPECT_EQ(pairs[0].second, "f1");
  EXPECT_NEAR(pairs[0].reference, 0.8, 0.02);
  EXPECT_NEAR(pairs[0].current, -0.8, 0.05);
  EXPECT_EQ(pairs[0].rows, 500U);
  for (std::size_t k = 1; k < pairs.size(); ++k) EXPECT_FALSE(pairs[k].changed) << k;
  // z = (atanh r1 - atanh r2) / sqrt(1/4997 + 1/497), here of a pair that did not change.
  const PairComparison& calm = pairs.back();
  const double z =
      (std::atanh(calm.reference) - std::atanh(calm.current)) / std::sqrt(1.0 / 4997 + 1.0 / 497);
  EXPECT_NEAR(calm.p_value, std::erfc(std::abs(z) / std::sqrt(2.0)), 1e-15);
  EXPECT_GE(calm.q_value, calm.p_value);
}

// Without change: over 200 windows of 66 pairs hardly any window has a significant pair, and none
// has one that is big as well.
TEST(PairChanges, StaysCalmWithoutChange) {
  const data::Batch training = Rows(5000, 12, 9, 0.5);
  const auto scale = PairScale::Learn(training).value();
  const CoMoments reference = Sums(scale, training);
  int significant = 0, changed = 0;
  for (std::uint64_t seed = 1000; seed < 1200; ++seed) {
    bool any = false, any_changed = false;
    for (const PairComparison& pair :
         ComparePairs(reference, Sums(scale, Rows(400, 12, seed, 0.5)), {})) {
      any = any || pair.q_value < 0.05;
      any_changed = any_changed || pair.changed;
    }
    significant += any ? 1 : 0;
    changed += any_changed ? 1 : 0;
  }
  EXPECT_LE(significant, 22) << "5 % of 200 and four deviations";
  EXPECT_LE(changed, 2);
}

TEST(PairChanges, SerialDependenceMakesRowsWorthLess) {
  const data::Batch training = Rows(2000, 2, 10, 0.5);
  const auto scale = PairScale::Learn(training).value();
  const CoMoments reference = Sums(scale, training), window = Sums(scale, Rows(300, 2, 11, 0.2));
  const auto all = ComparePairs(reference, window, {});
  const auto half = ComparePairs(reference, window, {.window_share = 0.5});
  EXPECT_LT(all[0].p_value, half[0].p_value);
  EXPECT_EQ(half[0].rows, 150U);
  EXPECT_TRUE(ComparePairs(reference, window, {.window_share = 0.3}).empty()) << "90 rows";
}

TEST(PairChanges, OneOutlierMakesNoCorrelation) {
  data::Batch training = Rows(2000, 2, 12, 0);
  const auto scale = PairScale::Learn(training).value();
  data::Batch rows = Rows(1000, 2, 13, 0);
  rows.column(0).MutableValues<double>()[0] = 1e300;
  rows.column(1).MutableValues<double>()[0] = 1e300;
  const auto pairs = ComparePairs(Sums(scale, training), Sums(scale, rows), {});
  EXPECT_LT(std::abs(pairs[0].current), 0.1);
  EXPECT_FALSE(pairs[0].changed);
}

TEST(PairChanges, CornersAreNotCompared) {
  const data::Batch training = Rows(500, 3, 14, 1.0);
  const auto scale = PairScale::Learn(training).value();
  const CoMoments reference = Sums(scale, training);
  EXPECT_DOUBLE_EQ(reference.Correlation(0, 1), 1);
  EXPECT_TRUE(std::isnan(CoMoments(scale).Correlation(0, 1)));
  EXPECT_TRUE(ComparePairs(reference, CoMoments(scale), {}).empty());
  data::Batch constant = Rows(500, 3, 15, 0.5);
  for (double& x : constant.column(2).MutableValues<double>()) x = 42;
  EXPECT_EQ(ComparePairs(reference, Sums(scale, constant), {}).size(), 1U);
  // r of 1 on both sides is no change, and no infinity either.
  EXPECT_FALSE(ComparePairs(reference, reference, {})[0].changed);
  CoMoments sums(scale);
  EXPECT_FALSE(sums.Add(FrameOf({{"f0", {1}}}, {})).ok());
  EXPECT_FALSE(sums.Add(FrameOf({{"f0", {1}}, {"f1", {1}}}, {{"f2", {"a"}}})).ok());
  EXPECT_EQ(sums.rows(), 0U);
  EXPECT_FALSE(PairScale::Learn(FrameOf({{"a", {1, 2}}, {"b", {3, 3}}}, {})).ok());
}

TEST(PairChanges, AtMostSixtyFourFeaturesPreferredOnesFirst) {
  const data::Batch wide = Rows(20, 70, 16, 0.5);
  const std::vector<std::string> preferred = {"f69", "absent", "f3"};
  const auto scale = PairScale::Learn(wide, preferred).value();
  EXPECT_EQ(scale->features(), PairScale::kMostFeatures);
  EXPECT_EQ(scale->left_out(), 6U);
  EXPECT_EQ(scale->name(0), "f69");
  EXPECT_EQ(scale->name(1), "f3");
  EXPECT_EQ(scale->name(2), "f0");
}

}  // namespace
}  // namespace mooring::monitoring
