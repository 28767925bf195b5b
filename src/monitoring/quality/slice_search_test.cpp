#include "monitoring/quality/slice_search.h"

#include <gtest/gtest.h>

#include "monitoring/quality/quality_fixture.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kFeatures = 8, kBins = 5;

LossSums SumsOf(const std::vector<double>& losses) {
  LossSums sums;
  for (const double loss : losses) sums.Add(loss);
  return sums;
}

SliceQuality Compare(const std::vector<double>& slice, const std::vector<double>& rest) {
  LossSums all = SumsOf(slice);
  for (const double loss : rest) all.Add(loss);
  return CompareLosses(SumsOf(slice), all);
}

// Names "f0" … "f7", by tenths of a reference of 1,000 rows.
FeatureBins Names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kFeatures; ++i) names.push_back("f" + std::to_string(i));
  data::Batch batch(Columns(names));
  for (int row = 0; row < 1000; ++row) {
    for (std::size_t i = 0; i < kFeatures; ++i) batch.column(i).Append(double(row));
  }
  batch.SetRows(1000);
  return FeatureBins(data::LearnReference(batch).value());
}

struct Sample {
  QualityRows rows;
  std::vector<double> losses;
};

// Exponential losses, which know nothing of the bins; every tenth is not known.
Sample Noise(std::size_t count, std::uint64_t seed) {
  Sample sample;
  sample.rows.features = kFeatures;
  Rng rng(seed);
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < kFeatures; ++i) {
      sample.rows.bins.push_back(static_cast<std::uint8_t>(rng.Below(kBins)));
    }
    const double loss = -std::log(1 - rng.Uniform());
    sample.losses.push_back(row % 10 == 0 ? std::nan("") : loss);
  }
  return sample;
}

TEST(SliceSearch, ComparesAsWelchDoes) {
  // ttest_ind(slice, rest, equal_var=False, alternative='greater') of SciPy 1.10.1, and the 95 %
  // interval of the difference by its t.
  struct Case {
    std::vector<double> slice, rest;
    double p, lower, upper;
  };
  for (const Case& of :
       {Case{{1, 2, 3, 4, 9},
             {1, 1, 2, 2, 3, 3},
             0.13584574566405333,
             -2.0138337678308114,
             5.613833767830811},
        Case{{0, 0, 1},
             {0, 1, 1, 1, 0, 1, 1, 1},
             0.8285936493073585,
             -1.5918153311095347,
             0.7584819977762012},
        Case{
            {5, 6}, {1, 1.5, 1, 1.25}, 0.030238734745611697, -0.8089734467429617, 9.43397344674296},
        Case{{100.25, 101.5, 99.75, 103},
             {100, 100.5, 99, 101, 98.5},
             0.09060011008915424,
             -0.851791964144454,
             3.5017919641444597}}) {
    const SliceQuality got = Compare(of.slice, of.rest);
    EXPECT_NEAR(got.q_value, of.p, 1e-9);
    EXPECT_NEAR(got.lower, of.lower, 1e-8);
    EXPECT_NEAR(got.upper, of.upper, 1e-8);
    EXPECT_EQ(got.n, of.slice.size());
    // The unit of losses does not matter, however small or large.
    for (const double unit : {1e-90, 1e-3, 1e100}) {
      std::vector<double> slice = of.slice, rest = of.rest;
      for (double& loss : slice) loss *= unit;
      for (double& loss : rest) loss *= unit;
      EXPECT_NEAR(Compare(slice, rest).q_value, of.p, 1e-9) << unit;
    }
  }
}

TEST(SliceSearch, SaysNothingWhereNothingCanBeSaid) {
  EXPECT_TRUE(std::isnan(Compare({1}, {1, 2, 3}).q_value)) << "one row has no variance";
  EXPECT_TRUE(std::isnan(Compare({1, 2}, {3}).q_value));
  EXPECT_TRUE(std::isnan(Compare({1e200, 1e200}, {1, 2, 3}).q_value)) << "squares overflow";
  EXPECT_EQ(Compare({0.1, 0.1, 0.1}, {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}).q_value, 1);
  EXPECT_EQ(Compare({1, 1}, {0, 0, 0}).q_value, 0);
  EXPECT_EQ(Compare({0, 0}, {1, 1, 1}).q_value, 1);
}

TEST(SliceSearch, FindsAPlantedBinAndNotItsPairs) {
  const FeatureBins names = Names();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Sample sample = Noise(3000, seed);
    for (std::size_t row = 0; row < 3000; ++row) {
      if (sample.rows.bins[row * kFeatures + 3] == 2) sample.losses[row] += 0.5;
    }
    const auto found = FindWorstSlices(sample.rows, sample.losses, names);
    ASSERT_FALSE(found.empty()) << seed;
    EXPECT_EQ(found[0].slice, names.Name(3, 2));
    EXPECT_LE(found.size(), 2U) << "a pair with a bad bin says no more than the bin";
    EXPECT_TRUE(found[0].searched);
    EXPECT_EQ(found[0].value, found[0].loss);
    EXPECT_GT(found[0].loss, found[0].rest_loss);
    EXPECT_GT(found[0].lower, 0);
    EXPECT_LT(found[0].q_value, 1e-4);
    EXPECT_NEAR(double(found[0].n), 540, 90);
  }
}

TEST(SliceSearch, FindsAPlantedPair) {
  const FeatureBins names = Names();
  int first = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Sample sample = Noise(5000, seed);
    for (std::size_t row = 0; row < 5000; ++row) {
      const std::uint8_t* of = sample.rows.bins.data() + row * kFeatures;
      if (of[1] == 0 && of[6] == 4) sample.losses[row] += 2;
    }
    const auto found = FindWorstSlices(sample.rows, sample.losses, names);
    ASSERT_FALSE(found.empty()) << seed;
    const std::string a = names.Name(1, 0), b = names.Name(6, 4);
    first += found[0].slice == a + " and " + b || found[0].slice == b + " and " + a ? 1 : 0;
  }
  EXPECT_EQ(first, 20) << "the pair itself, before its bins";
}

TEST(SliceSearch, FindsNothingInNoiseMoreOftenThanItMay) {
  const FeatureBins names = Names();
  int times = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Sample sample = Noise(1000, seed);
    times += FindWorstSlices(sample.rows, sample.losses, names).empty() ? 0 : 1;
  }
  EXPECT_LE(times, 19) << "5 % of 200, and three deviations";
}

TEST(SliceSearch, EqualLossesHaveNoWorstSlice) {
  Sample sample = Noise(1000, 1);
  for (double& loss : sample.losses) loss = 0.1;
  EXPECT_TRUE(FindWorstSlices(sample.rows, sample.losses, Names()).empty());
  for (double& loss : sample.losses) loss = 1e200;
  EXPECT_TRUE(FindWorstSlices(sample.rows, sample.losses, Names()).empty());
  for (double& loss : sample.losses) loss = std::nan("");
  EXPECT_TRUE(FindWorstSlices(sample.rows, sample.losses, Names()).empty());
  EXPECT_TRUE(FindWorstSlices(Noise(0, 1).rows, {}, Names()).empty());
}

TEST(SliceSearch, KeepsItsBounds) {
  Sample sample = Noise(2000, 1);
  for (std::size_t row = 0; row < 2000; ++row) {
    for (std::size_t i = 0; i < kFeatures; ++i) {
      sample.losses[row] += sample.rows.bins[row * kFeatures + i] == 1 ? 1 : 0;
    }
  }
  const auto found = FindWorstSlices(sample.rows, sample.losses, Names());
  EXPECT_GE(found.size(), kFeatures);
  EXPECT_LE(found.size(), SliceSearchOptions().most_found);
  for (std::size_t i = 1; i < found.size(); ++i) {
    EXPECT_LE(found[i - 1].q_value, found[i].q_value) << "the worst first";
  }
  EXPECT_EQ(FindWorstSlices(sample.rows, sample.losses, Names(), {.most_found = 2}).size(), 2U);
  EXPECT_TRUE(FindWorstSlices(sample.rows, sample.losses, Names(), {.least_rows = 1000}).empty());
  EXPECT_FALSE(FindWorstSlices(sample.rows, sample.losses, Names(), {.least_rows = 0}).empty());
}

}  // namespace
}  // namespace mooring::monitoring
