#include "monitoring/parity/evidently_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/text/json.h"
#include "monitoring/parity/golden_for_tests.h"

namespace mooring::monitoring {
namespace {

using ::testing::HasSubstr;

const std::string kRoot = MOORING_SOURCE_DIR;

EvidentlySample SampleOf(const data::Column& column, std::size_t rows) {
  EvidentlySample sample;
  sample.levels = CountLevels(column, 0, rows);
  if (!IsCategorical(column.type())) sample.numbers = PresentNumbers(column, 0, rows, true);
  return sample;
}

// The first `rows` values that are present.
EvidentlySample FirstPresent(const data::Column& column, std::size_t rows) {
  std::size_t row = 0;
  for (std::size_t present = 0; row < column.size() && present < rows; ++row) {
    present += column.IsNull(row) ? 0 : 1;
  }
  return SampleOf(column, row);
}

struct Tables {
  data::Batch reference, current;

  // `which` is "", "_first300" or "_first600".
  EvidentlyPair Pair(const std::string& name, const std::string& which) const {
    const data::Column& r = *reference.Find(name);
    const data::Column& c = *current.Find(name);
    EvidentlyPair pair{.is_number = !IsCategorical(r.type())};
    pair.reference = which.empty() ? SampleOf(r, r.size()) : SampleOf(r, 300);
    pair.current = which.empty() ? SampleOf(c, c.size()) : SampleOf(c, 300);
    if (which == "_first600") {
      pair.reference = FirstPresent(r, 600);
      pair.current = FirstPresent(c, 600);
    }
    return pair;
  }
};

// How near a score must come: a p-value's logarithm to 1e-12 of its size; distances that are roots
// of differences are as exact as their squares; z's p-value is there 2 (1 - Phi(z)), which is good
// to 2e-16, and Cramer-von Mises' is the series of its limit; permutations are by another
// generator.
double Tolerance(EvidentlyTest test, double theirs) {
  switch (test) {
    case EvidentlyTest::kJensenShannon:
    case EvidentlyTest::kHellinger: return 1e-12 * theirs + 1e-15 / std::max(theirs, 1e-15);
    case EvidentlyTest::kZ: return 1e-12 * theirs + 5e-16;
    case EvidentlyTest::kCramerVonMises: return 1e-7 * theirs + 1e-9;
    case EvidentlyTest::kAnderson: return 1e-8 * theirs;
    case EvidentlyTest::kEppsSingleton: return 1e-9 * theirs;
    case EvidentlyTest::kFisherExact: return 1e-9 * theirs;
    case EvidentlyTest::kTotalVariation: return 0.05;
    case EvidentlyTest::kMmd: return 0.15;
    default: return 1e-12 * theirs * std::max(1.0, std::abs(std::log(theirs + 1e-300))) + 1e-300;
  }
}

bool IsRandom(EvidentlyTest test) {
  return test == EvidentlyTest::kTotalVariation || test == EvidentlyTest::kMmd;
}

void ExpectScore(EvidentlyTest test, const EvidentlyPair& pair, const Json& recorded) {
  const Json::Array& cells = *recorded.AsArray().value();
  const Result<double> score = EvidentlyScore(test, pair);
  if (cells[0].IsString() && cells[0].AsString().value() == "error") {
    EXPECT_FALSE(score.ok()) << *score;
    return;
  }
  ASSERT_TRUE(score.ok()) << score.error().ToString();
  const double threshold = cells[2].AsDouble().value();
  EXPECT_EQ(KindOf(test).threshold, threshold);
  if (cells[0].IsString()) {
    EXPECT_TRUE(std::isnan(*score)) << "recorded " << cells[0].AsString().value();
    EXPECT_FALSE(IsDrift(test, *score, threshold));
    return;
  }
  const double theirs = cells[0].AsDouble().value(), tolerance = Tolerance(test, theirs);
  EXPECT_NEAR(*score, theirs, tolerance);
  if (IsRandom(test) && std::abs(theirs - threshold) <= tolerance) return;
  EXPECT_EQ(IsDrift(test, *score, threshold), cells[1].AsBool().value());
}

// Evidently 0.7.21 on two recorded tables, every test of every column.
TEST(EvidentlyTests, EqualTheToolOnTheRecordedTables) {
  const Json golden = Json::Parse(GoldenText(kRoot, "evidently/column_tests.json")).value();
  std::size_t seen = 0;
  for (const auto& [set, columns] : *golden.AsObject().value()) {
    const Tables tables{GoldenFrame(kRoot, {"evidently/" + set + "_reference.csv"}),
                        GoldenFrame(kRoot, {"evidently/" + set + "_current.csv"})};
    for (const auto& [column, tests] : *columns.AsObject().value()) {
      for (const auto& [key, recorded] : *tests.AsObject().value()) {
        if (key == "tvd_distance" || key == "mmd_squared_first300") continue;
        SCOPED_TRACE(set + " " + column + " " + key);
        const std::size_t cut = key.find("_first");
        const std::string which = cut == std::string::npos ? "" : key.substr(cut);
        const auto test = ParseEvidentlyTest(key.substr(0, cut));
        ASSERT_TRUE(test.ok());
        ExpectScore(*test, tables.Pair(column, which), recorded);
        ++seen;
      }
    }
  }
  EXPECT_EQ(seen, 206U);
}

// The statistics behind the permutations, exactly.
TEST(EvidentlyTests, PermutationStatisticsEqualTheTools) {
  const Json golden = Json::Parse(GoldenText(kRoot, "evidently/column_tests.json")).value();
  for (const auto& [set, columns] : *golden.AsObject().value()) {
    const Tables tables{GoldenFrame(kRoot, {"evidently/" + set + "_reference.csv"}),
                        GoldenFrame(kRoot, {"evidently/" + set + "_current.csv"})};
    for (const auto& [column, tests] : *columns.AsObject().value()) {
      SCOPED_TRACE(set + " " + column);
      const bool number = column.starts_with("n_");
      const auto test = number ? EvidentlyTest::kMmd : EvidentlyTest::kTotalVariation;
      const auto statistic =
          PermutationStatistic(test, tables.Pair(column, number ? "_first300" : ""));
      ASSERT_TRUE(statistic.ok()) << statistic.error().ToString();
      const double theirs =
          tests.GetDouble(number ? "mmd_squared_first300" : "tvd_distance").value();
      EXPECT_NEAR(*statistic, theirs, 1e-12 * std::abs(theirs) + 1e-14);
    }
  }
}

TEST(EvidentlyTests, KindsAreInOrderAndFoundByName) {
  std::size_t at = 0;
  for (const EvidentlyTestKind& kind : EvidentlyTestKinds()) {
    EXPECT_EQ(static_cast<std::size_t>(kind.test), at++);
    EXPECT_EQ(ParseEvidentlyTest(kind.name).value(), kind.test);
    EXPECT_FALSE(IsDrift(kind.test, std::nan(""), kind.threshold));
    EXPECT_TRUE(kind.numbers || kind.categories);
    // A side without values is an error for every test.
    const auto none = EvidentlyScore(kind.test, {.is_number = kind.numbers});
    ASSERT_FALSE(none.ok());
    EXPECT_THAT(none.error().message(), HasSubstr("no values"));
  }
  EXPECT_EQ(at, 18U);
  EXPECT_FALSE(ParseEvidentlyTest("wishful").ok());
}

// The side of the threshold that equality falls on.
TEST(EvidentlyTests, ThresholdsAreOpenOrClosedAsInTheTool) {
  EXPECT_TRUE(IsDrift(EvidentlyTest::kKs, 0.05, 0.05));
  EXPECT_FALSE(IsDrift(EvidentlyTest::kChiSquare, 0.05, 0.05));
  EXPECT_TRUE(IsDrift(EvidentlyTest::kPsi, 0.1, 0.1));
  EXPECT_FALSE(IsDrift(EvidentlyTest::kEnergyDistance, 0.1, 0.1));
}

}  // namespace
}  // namespace mooring::monitoring
