#include "monitoring/parity/nannyml_univariate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "monitoring/multivariate/frames_for_tests.h"
#include "monitoring/parity/golden_for_tests.h"

namespace mooring::monitoring {
namespace {

const std::string kRoot = MOORING_SOURCE_DIR, kFolder = "nannyml_univariate/";

void ExpectFile(const data::Batch& reference, const std::string& file) {
  const data::Batch analysis = GoldenFrame(kRoot, {kFolder + "analysis.csv"});
  const auto rows = NannyUnivariate(reference, analysis, 1000);
  ASSERT_TRUE(rows.ok()) << rows.error().ToString();
  const GoldenRows golden = ReadGoldenRows(kRoot, kFolder + file);
  EXPECT_EQ(rows->size(), golden.size());
  for (const NannyRow& row : *rows) {
    EXPECT_EQ(Differences(golden, row, {row.reference, row.chunk.index, row.column, row.method}),
              "");
  }
}

// NannyML 0.13.1, every cell: exact KS and Wasserstein.
TEST(NannyUnivariate, EqualsTheToolOnSixThousandRows) {
  ExpectFile(GoldenFrame(kRoot, {kFolder + "reference_1.csv"}), "univariate_6000.csv");
}

// And binned ones.
TEST(NannyUnivariate, EqualsTheToolOnTwelveThousandRows) {
  ExpectFile(GoldenFrame(kRoot, {kFolder + "reference_1.csv", kFolder + "reference_2.csv"}),
             "univariate_12000.csv");
}

double Measure(std::string_view method, const std::vector<double>& reference,
               const std::vector<double>& chunk) {
  return FitNumberMeasure(method, reference).value()(chunk);
}

TEST(NannyUnivariate, EqualSamplesAreAtZeroAndEmptyOnesNowhere) {
  std::vector<double> values;
  for (std::size_t i = 0; i < 12'000; ++i) values.push_back(static_cast<double>(i % 997));
  for (const char* method : {"jensen_shannon", "hellinger", "kolmogorov_smirnov", "wasserstein"}) {
    for (const std::size_t n : {std::size_t{500}, values.size()}) {
      const std::vector<double> some(values.begin(), values.begin() + static_cast<long>(n));
      EXPECT_NEAR(Measure(method, some, some), 0, 1e-9) << method;
    }
    EXPECT_TRUE(std::isnan(Measure(method, values, {}))) << method;
    EXPECT_FALSE(FitNumberMeasure(method, {}).ok());
  }
  EXPECT_FALSE(FitNumberMeasure("chi2", values).ok());
  EXPECT_FALSE(FitLevelMeasure("wasserstein", {{"a", 1}}).ok());
  EXPECT_FALSE(FitLevelMeasure("hellinger", {}).ok());
  EXPECT_TRUE(std::isnan(FitLevelMeasure("hellinger", {{"a", 1}}).value()({})));
  EXPECT_TRUE(std::isnan(NannyChi2({{"a", 1}}, {}).statistic));
}

// By hand: all of the chunk is outside, so nothing is shared and both distances are 1.
TEST(NannyUnivariate, NothingInCommonIsOne) {
  const std::vector<double> low = {1, 2, 3, 4, 5, 6, 7, 8}, high = {100, 101};
  EXPECT_NEAR(Measure("jensen_shannon", low, high), 1, 1e-15);
  EXPECT_NEAR(Measure("hellinger", low, high), 1, 1e-15);
  EXPECT_EQ(Measure("kolmogorov_smirnov", low, high), 1);
  const LevelCounts a = {{"a", 5}}, b = {{"b", 3}};
  EXPECT_NEAR(FitLevelMeasure("jensen_shannon", a).value()(b), 1, 1e-15);
  EXPECT_NEAR(FitLevelMeasure("l_infinity", a).value()(b), 1, 1e-15);
}

// The oddities: a value on the edge of a constant's only bin, and the imaginary row below.
TEST(NannyUnivariate, OdditiesOfTheToolAreKept) {
  const std::vector<double> sevens(12'000, 7.0), moved = {7, 7.5};
  EXPECT_EQ(Measure("jensen_shannon", sevens, moved), 0);
  EXPECT_NEAR(Measure("kolmogorov_smirnov", sevens, moved), 0.5, 1e-12);
  std::vector<double> even;
  for (int i = 0; i < 12'000; ++i) even.push_back(static_cast<double>(i) / 12'000);
  std::vector<double> above = even, below = even;
  above[0] = 2;
  below.back() = -1;
  const double right = Measure("wasserstein", even, above);
  const double left = Measure("wasserstein", even, below);
  // One row of 12,000 moved by 2 in both; on the left another one is thought to have come along.
  EXPECT_NEAR(right, 2.0 / 12'000, 2e-6);
  EXPECT_NEAR(left, 2.0 / 12'000 + 1.0 / 12'000, 2e-6);
}

}  // namespace
}  // namespace mooring::monitoring
