#include "data/stats/serial_correlation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.h"

namespace mooring::data {
namespace {

double Normal(Rng& rng) {
  return std::sqrt(-2 * std::log(1 - rng.Uniform())) * std::cos(6.283185307179586 * rng.Uniform());
}

// x(t) = r x(t-1) + sqrt(1 - r^2) noise: its correlation at lag 1 is r.
SerialCorrelation Walk(double r, int rows, std::uint64_t seed) {
  SerialCorrelation serial;
  Rng rng(seed);
  double x = Normal(rng);
  for (int i = 0; i < rows; ++i) {
    serial.AddNumber(10 + 3 * x, 10, 1.0 / 3);
    x = r * x + std::sqrt(1 - r * r) * Normal(rng);
  }
  return serial;
}

TEST(SerialCorrelation, FindsTheCorrelationOfNeighbours) {
  for (const double r : {0.3, 0.6, 0.9}) EXPECT_NEAR(Walk(r, 20'000, 1).OfNumbers(), r, 0.03) << r;
}

TEST(SerialCorrelation, IndependentRowsHaveNoneNearlyAlways) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) found += Walk(0, 1000, seed).OfNumbers() > 0;
  EXPECT_LE(found, 12);  // 2.3 % by chance
}

TEST(SerialCorrelation, OneOutlierDoesNotDecide) {
  SerialCorrelation serial;
  Rng rng(3);
  for (int i = 0; i < 1000; ++i) serial.AddNumber(i == 500 ? 1e300 : Normal(rng), 0, 1);
  EXPECT_LT(serial.OfNumbers(), 0.1);
}

TEST(SerialCorrelation, ConstantsAndFewRowsHaveNone) {
  SerialCorrelation serial;
  EXPECT_EQ(serial.OfNumbers(), 0);
  for (int i = 0; i < 100; ++i) serial.AddNumber(7, 7, 1);
  EXPECT_EQ(serial.OfNumbers(), 0);
  serial.Clear();
  EXPECT_EQ(serial.rows(), 0U);
}

TEST(SerialCorrelation, RunsOfCategoriesAreSeen) {
  SerialCorrelation runs, mixed;
  Rng rng(5);
  std::vector<std::uint64_t> run_counts(4), mixed_counts(4);
  std::size_t slot = 0;
  for (int i = 0; i < 4000; ++i) {
    if (i % 10 == 0) slot = rng.Below(4);
    runs.AddCategory(slot);
    ++run_counts[slot];
    const std::size_t other = rng.Below(4);
    mixed.AddCategory(other);
    ++mixed_counts[other];
  }
  EXPECT_NEAR(runs.OfCategories(run_counts), 0.9, 0.03);  // 9 of 10 rows repeat
  EXPECT_EQ(mixed.OfCategories(mixed_counts), 0);
  EXPECT_EQ(SerialCorrelation().OfCategories(run_counts), 0);
}

TEST(SerialCorrelation, EvidenceShrinksAsRowsResembleEachOther) {
  EXPECT_EQ(EffectiveRows(1000, 0), 1000);
  EXPECT_NEAR(EffectiveRows(1000, 0.5), 333.333, 0.001);
  EXPECT_NEAR(EffectiveRows(1000, 0.9), 52.632, 0.001);
}

}  // namespace
}  // namespace mooring::data
