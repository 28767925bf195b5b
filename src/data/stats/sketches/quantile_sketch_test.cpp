#include "data/stats/sketches/quantile_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "data/stats/sketches/sketch_bytes.h"

namespace mooring::data {
namespace {

// The numbers 0 … n-1 in random order: the exact rank of x is (x + 1)/n.
std::vector<double> Shuffled(std::size_t n, Rng& rng) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>(i);
  std::ranges::shuffle(values, rng);
  return values;
}

QuantileSketch Of(const std::vector<double>& values, std::uint64_t seed = 1, std::size_t k = 256) {
  QuantileSketch sketch(k, seed);
  for (const double x : values) sketch.Add(x);
  return sketch;
}

double RankError(const QuantileSketch& sketch, double x) {
  return std::abs(sketch.Rank(x) - (x + 1) / static_cast<double>(sketch.count()));
}

TEST(QuantileSketch, IsExactWhileItHoldsAll) {
  Rng rng(1);
  const QuantileSketch sketch = Of(Shuffled(256, rng));
  EXPECT_EQ(sketch.held(), 256U);
  for (double x = 0; x < 256; ++x) {
    EXPECT_EQ(RankError(sketch, x), 0);
    EXPECT_EQ(sketch.Quantile((x + 1) / 256), x);
  }
  EXPECT_EQ(sketch.Quantile(0), 0);
  EXPECT_EQ(sketch.Quantile(0.5), 127);
}

// 200 streams of 20 000 rows: one fixed rank is off by more than 1.1 % in at most 1 % of them, the
// worst of 100 ranks by more than 1.4 % in at most 1 % (two, by the rule; four are let pass).
TEST(QuantileSketch, KeepsTheStatedRankError) {
  Rng rng(2);
  int one_off = 0, any_off = 0;
  double mean_signed = 0;
  constexpr std::size_t kRows = 20'000;
  for (int stream = 0; stream < 200; ++stream) {
    const QuantileSketch sketch = Of(Shuffled(kRows, rng), rng.Next());
    double worst = 0;
    for (double share = 0.005; share < 1; share += 0.01) {
      worst = std::max(worst, RankError(sketch, std::floor(share * kRows)));
    }
    one_off += RankError(sketch, kRows / 2) > 0.011 ? 1 : 0;
    any_off += worst > 0.014 ? 1 : 0;
    mean_signed += sketch.Rank(kRows / 2) - (kRows / 2 + 1.0) / kRows;
  }
  EXPECT_LE(one_off, 4);
  EXPECT_LE(any_off, 4);
  EXPECT_LE(std::abs(mean_signed / 200), 0.0015) << "no bias";
}

TEST(QuantileSketch, StaysSmallAndCountsAll) {
  QuantileSketch sketch;
  Rng rng(3);
  for (std::uint64_t i = 0; i < 1'000'000; ++i) sketch.Add(rng.Uniform());
  EXPECT_EQ(sketch.count(), 1'000'000U);
  EXPECT_LE(sketch.held(), 3 * 256 + 8 * 14U);
  EXPECT_NEAR(sketch.Quantile(0.9), 0.9, 0.012);
  const std::vector<double> several = sketch.Quantiles({0.25, 0.75, std::nan(""), 1, 0});
  EXPECT_EQ(several[0], sketch.Quantile(0.25));
  EXPECT_EQ(several[1], sketch.Quantile(0.75));
  EXPECT_TRUE(std::isnan(several[2]));
  EXPECT_EQ(several[3], sketch.max());
  EXPECT_EQ(several[4], sketch.min());
}

// Sorted and tied streams are the hard ones for samplers.
TEST(QuantileSketch, HoldsForSortedAndTiedStreams) {
  std::vector<double> up(50'000), tied(50'000);
  for (std::size_t i = 0; i < up.size(); ++i) up[i] = static_cast<double>(i);
  for (std::size_t i = 0; i < tied.size(); ++i) tied[i] = static_cast<double>(i % 10);
  const QuantileSketch sorted = Of(up), ties = Of(tied);
  for (double share = 0.05; share < 1; share += 0.05) {
    EXPECT_LE(RankError(sorted, std::floor(share * 50'000)), 0.014);
  }
  for (double x = 0; x < 10; ++x) EXPECT_NEAR(ties.Rank(x), (x + 1) / 10, 0.014);
  EXPECT_EQ(ties.Rank(9), 1);
}

TEST(QuantileSketch, MergesToTheSameErrorAndCount) {
  Rng rng(4);
  const std::vector<double> values = Shuffled(40'000, rng);
  QuantileSketch whole(256, 9);
  for (std::size_t part = 0; part < 16; ++part) {
    QuantileSketch sketch(256, part);
    const std::size_t first = part * part * 150, last = (part + 1) * (part + 1) * 150;
    for (std::size_t i = first; i < std::min(last, values.size()); ++i) sketch.Add(values[i]);
    ASSERT_TRUE(whole.Merge(sketch).ok());
  }
  EXPECT_EQ(whole.count(), 38'400U);
  EXPECT_LE(whole.held(), 3 * 256 + 8 * 10U);
  const std::vector<double> seen(values.begin(), values.begin() + 38'400);
  for (double x = 2000; x < 40'000; x += 2000) {
    const auto below = std::ranges::count_if(seen, [x](double v) { return v <= x; });
    EXPECT_NEAR(whole.Rank(x), static_cast<double>(below) / 38'400, 0.014);
  }
  QuantileSketch other(128);
  EXPECT_EQ(whole.Merge(other).error().message(), "a sketch of k = 128 beside one of k = 256");
  QuantileSketch twice = Of({1, 2, 3});
  ASSERT_TRUE(twice.Merge(twice).ok());
  EXPECT_EQ(twice.count(), 6U);
  EXPECT_NEAR(twice.Rank(2), 4 / 6.0, 1e-15);
}

TEST(QuantileSketch, HoldsItsCorners) {
  QuantileSketch sketch;
  EXPECT_TRUE(std::isnan(sketch.Quantile(0.5)));
  EXPECT_EQ(sketch.Rank(1), 0);
  sketch.Add(std::nan(""));
  EXPECT_EQ(sketch.count(), 0U);
  for (const double x : {HUGE_VAL, -HUGE_VAL, 5e-324, 1e308}) sketch.Add(x);
  EXPECT_EQ(sketch.min(), -HUGE_VAL);
  EXPECT_EQ(sketch.max(), HUGE_VAL);
  EXPECT_EQ(sketch.Quantile(0.5), 5e-324);
  EXPECT_TRUE(std::isnan(sketch.Quantile(-0.1)) && std::isnan(sketch.Quantile(1.1)));
}

TEST(QuantileSketch, GoesOnAfterDecodingAsIfNothingHappened) {
  Rng rng(5);
  const std::vector<double> values = Shuffled(30'000, rng);
  QuantileSketch kept = Of({values.begin(), values.begin() + 10'000}, 77);
  QuantileSketch decoded = QuantileSketch::Decode(kept.Encode()).value();
  EXPECT_EQ(decoded.Encode(), kept.Encode());
  for (std::size_t i = 10'000; i < values.size(); ++i) {
    kept.Add(values[i]);
    decoded.Add(values[i]);
  }
  EXPECT_EQ(decoded.Encode(), kept.Encode());
  EXPECT_EQ(Of(values, 77).Encode(), kept.Encode()) << "by seed";
  EXPECT_NE(Of(values, 78).Encode(), kept.Encode());
  const QuantileSketch empty = QuantileSketch::Decode(QuantileSketch(8).Encode()).value();
  EXPECT_EQ(empty.count(), 0U);
  EXPECT_EQ(empty.k(), 8U);
}

// Every byte of a small sketch changed, cut off, and fields that no sketch would write, checksummed
// anew.
TEST(QuantileSketch, RefusesDamage) {
  const std::string bytes = Of({3, 1, 2}).Encode();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_EQ(QuantileSketch::Decode(damaged).error().code(), Code::kDataLoss);
    EXPECT_EQ(QuantileSketch::Decode(bytes.substr(0, i)).error().code(), Code::kDataLoss);
  }
  struct Fields {
    std::uint32_t k = 256;
    std::uint64_t count = 2;
    double min = 1, max = 5;
    std::vector<std::vector<double>> levels = {{1, 5}};
    std::uint32_t extra_level = 0;
    std::string tail;
  };
  const auto code = [](const Fields& fields) {
    SketchWriter writer("KLL1");
    writer.Put(fields.k);
    for (const std::uint64_t field : {std::uint64_t{0}, std::uint64_t{0}, fields.count})
      writer.Put(field);
    for (const double field : {fields.min, fields.max}) writer.Put(field);
    writer.Put(static_cast<std::uint32_t>(fields.levels.size()) + fields.extra_level);
    for (const auto& level : fields.levels) writer.Put(static_cast<std::uint32_t>(level.size()));
    for (const auto& level : fields.levels) {
      for (const double value : level) writer.Put(value);
    }
    for (const char byte : fields.tail) writer.Put(byte);
    const auto decoded = QuantileSketch::Decode(std::move(writer).Finish());
    return decoded.ok() ? "" : decoded.error().why();
  };
  EXPECT_EQ(code({}), "");
  EXPECT_EQ(code({.k = 7}), "k is out of its limits");
  EXPECT_EQ(code({.k = 5000}), "k is out of its limits");
  EXPECT_EQ(code({.count = 3}), "its weights do not sum to its count");
  EXPECT_EQ(code({.min = 2}), "a value is outside of its range");
  EXPECT_EQ(code({.max = std::nan("")}), "a value is outside of its range");
  EXPECT_EQ(code({.levels = {{1, std::nan("")}}}), "a value is outside of its range");
  EXPECT_EQ(code({.levels = {}}), "levels out of limits");
  EXPECT_EQ(code({.extra_level = 100}), "levels out of limits");
  EXPECT_EQ(code({.levels = {{1, 5}, {}}}), "its top level is empty");
  EXPECT_EQ(code({.tail = "x"}), "it has more or fewer values than it says");
  EXPECT_EQ(code({.count = 0, .levels = {{}}}), "it is empty and has a range");
  // Weights of 2^64 and more, and levels that Add could not go on from.
  std::vector<std::vector<double>> tall(60);
  tall.back().assign(32, 2.0);
  EXPECT_EQ(code({.count = 0, .levels = tall}), "its weights do not sum to its count");
  tall.back().assign(1, 2.0);
  EXPECT_EQ(code({.count = std::uint64_t{1} << 59, .levels = tall}), "it has too many rows");
  EXPECT_EQ(code({.k = 8, .count = 9, .levels = {std::vector<double>(9, 2.0)}}),
            "it has more or fewer values than it says");
}

TEST(QuantileSketch, MergesUpToTheMostRowsThatItStandsFor) {
  QuantileSketch sketch = Of({1, 2, 3, 4});
  for (int doubling = 2; doubling < 56; ++doubling) ASSERT_TRUE(sketch.Merge(sketch).ok());
  EXPECT_EQ(sketch.count(), QuantileSketch::kMostRows);
  const std::string before = sketch.Encode();
  EXPECT_EQ(sketch.Merge(sketch).error().code(), Code::kTooLarge);
  EXPECT_EQ(sketch.Encode(), before);
  auto back = QuantileSketch::Decode(before);
  ASSERT_TRUE(back.ok());
  for (int i = 0; i < 1000; ++i) back->Add(2);
  EXPECT_EQ(back->count(), QuantileSketch::kMostRows + 1000);
}

}  // namespace
}  // namespace mooring::data
