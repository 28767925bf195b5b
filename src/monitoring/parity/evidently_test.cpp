#include "monitoring/parity/evidently.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/text/json.h"
#include "monitoring/multivariate/frames_for_tests.h"
#include "monitoring/parity/golden_for_tests.h"

namespace mooring::monitoring {
namespace {

using ::testing::HasSubstr;

const std::string kRoot = MOORING_SOURCE_DIR;

// Evidently 0.7.21: which method looks at which column, scores, verdicts, the table's verdict.
TEST(EvidentlyPreset, EqualsTheToolOnTheRecordedTables) {
  const Json golden = Json::Parse(GoldenText(kRoot, "evidently/default_preset.json")).value();
  for (const std::string set : {"large", "small"}) {
    SCOPED_TRACE(set);
    const auto report =
        RunEvidentlyPreset(GoldenFrame(kRoot, {"evidently/" + set + "_reference.csv"}),
                           GoldenFrame(kRoot, {"evidently/" + set + "_current.csv"}), {});
    ASSERT_TRUE(report.ok()) << report.error().ToString();
    const Json& recorded = *golden.Find(set);
    const Json::Array& metrics = *recorded.GetArray("metrics").value();
    const Json::Array& tests = *recorded.GetArray("tests").value();
    ASSERT_EQ(report->columns.size() + 1, metrics.size());
    const Json& counts = *metrics[0].Find("value");
    EXPECT_EQ(static_cast<double>(report->drifted), counts.GetDouble("count").value());
    EXPECT_DOUBLE_EQ(report->share, counts.GetDouble("share").value());
    EXPECT_EQ(report->dataset_drift, tests[0].GetString("status").value() == "FAIL");
    for (std::size_t i = 0; i < report->columns.size(); ++i) {
      const EvidentlyColumn& ours = report->columns[i];
      const Json& config = *metrics[i + 1].Find("config");
      SCOPED_TRACE(ours.column);
      EXPECT_EQ(ours.column, config.GetString("column").value());
      EXPECT_EQ(KindOf(ours.test).report, config.GetString("method").value());
      EXPECT_EQ(ours.threshold, config.GetDouble("threshold").value());
      const double theirs = metrics[i + 1].GetDouble("value").value();
      EXPECT_NEAR(ours.score, theirs, 1e-11 * theirs);
      EXPECT_EQ(ours.drifted, tests[i + 1].GetString("status").value() == "FAIL");
      EXPECT_EQ(ours.error, "");
    }
  }
}

std::vector<double> Repeat(const std::vector<double>& values, std::size_t rows) {
  std::vector<double> repeated;
  for (std::size_t i = 0; i < rows; ++i) repeated.push_back(values[i % values.size()]);
  return repeated;
}

// Rows of the reference and distinct values of both sides decide, on either side of each bound.
TEST(EvidentlyPreset, ChoosesTheTestByRowsAndDistinctValues) {
  struct Case {
    std::size_t rows;
    std::vector<double> values;
    EvidentlyTest test;
  };
  const std::vector<double> six = {1, 2, 3, 4, 5, 6}, five = {1, 2, 3, 4, 5}, two = {0, 1};
  for (const Case& c :
       {Case{1000, six, EvidentlyTest::kKs}, Case{1001, six, EvidentlyTest::kWasserstein},
        Case{1000, five, EvidentlyTest::kChiSquare},
        Case{1001, five, EvidentlyTest::kJensenShannon}, Case{1000, two, EvidentlyTest::kZ},
        Case{1001, two, EvidentlyTest::kJensenShannon}}) {
    const auto report = RunEvidentlyPreset(FrameOf({{"x", Repeat(c.values, c.rows)}}, {}),
                                           FrameOf({{"x", Repeat(c.values, 60)}}, {}), {});
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->columns[0].test, c.test) << c.rows << " " << c.values.size();
    EXPECT_FALSE(report->columns[0].drifted);
  }
  // The sixth value is seen only now.
  const auto late = RunEvidentlyPreset(FrameOf({{"x", Repeat(five, 100)}}, {}),
                                       FrameOf({{"x", Repeat(six, 60)}}, {}), {});
  EXPECT_EQ(late->columns[0].test, EvidentlyTest::kKs);
}

TEST(EvidentlyPreset, OptionsGoBeforeTheDefaults) {
  const data::Batch reference = FrameOf({{"x", {1, 2, 3, 4}}}, {{"t", {"a", "b", "a", "b"}}});
  const data::Batch current = FrameOf({{"x", {2, 3, 4, 5}}}, {{"t", {"a", "b", "b", "b"}}});
  EvidentlyOptions options{.numbers = EvidentlyTest::kWasserstein,
                           .categories = EvidentlyTest::kTotalVariation,
                           .threshold = 2};
  const auto report = RunEvidentlyPreset(reference, current, options);
  ASSERT_TRUE(report.ok());
  EXPECT_DOUBLE_EQ(report->columns[0].score, 1 / std::sqrt(1.25));
  EXPECT_EQ(report->columns[0].threshold, 2);
  EXPECT_FALSE(report->columns[0].drifted);
  EXPECT_EQ(report->columns[1].test, EvidentlyTest::kTotalVariation);
  EXPECT_TRUE(report->columns[1].drifted) << "its p-value is below 2";
  EXPECT_TRUE(report->dataset_drift) << "half of the columns are enough";
  options.by_column = {{"t", EvidentlyTest::kKs}};
  const auto wrong = RunEvidentlyPreset(reference, current, options);
  EXPECT_THAT(wrong->columns[1].error, HasSubstr("does not take"));
  EXPECT_TRUE(std::isnan(wrong->columns[1].score));
}

TEST(EvidentlyPreset, MissingAndInfiniteValuesAreLeftOut) {
  const double none = std::nan(""), inf = std::numeric_limits<double>::infinity();
  const auto report = RunEvidentlyPreset(FrameOf({{"x", {1, none, 2, inf}}}, {}),
                                         FrameOf({{"x", {1, 2, -inf, none}}}, {}), {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->columns[0].score, 1);
  const auto empty =
      RunEvidentlyPreset(FrameOf({{"x", {1, 2}}}, {}), FrameOf({{"x", {none, none}}}, {}), {});
  ASSERT_TRUE(empty.ok());
  EXPECT_NE(empty->columns[0].error, "");
  EXPECT_FALSE(empty->columns[0].drifted);
}

TEST(EvidentlyPreset, TablesThatDoNotFitAreRefused) {
  const data::Batch x = FrameOf({{"x", {1}}}, {});
  EXPECT_FALSE(RunEvidentlyPreset(x, FrameOf({{"y", {1}}}, {}), {}).ok());
  EXPECT_FALSE(RunEvidentlyPreset(x, FrameOf({}, {{"x", {"a"}}}), {}).ok());
  EXPECT_FALSE(RunEvidentlyPreset(data::Batch(), x, {}).ok());
}

}  // namespace
}  // namespace mooring::monitoring
