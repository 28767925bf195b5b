#include "monitoring/parity/nannyml_quality.h"

#include <gtest/gtest.h>

#include <cmath>

#include "monitoring/multivariate/frames_for_tests.h"
#include "monitoring/parity/golden_for_tests.h"

namespace mooring::monitoring {
namespace {

// NannyML 0.13.1 on the recorded table, every cell of every file.
TEST(NannyQuality, EqualsTheToolOnTheRecordedTable) {
  const std::string root = MOORING_SOURCE_DIR, folder = "nannyml_univariate/";
  const data::Batch reference = GoldenFrame(root, {folder + "reference_1.csv"});
  const data::Batch analysis = GoldenFrame(root, {folder + "analysis.csv"});
  const std::vector<NannyRow> rows = NannyQuality(reference, analysis, 1000);
  std::size_t seen = 0;
  for (const char* method :
       {"missing_rate", "unseen_rate", "range_rate", "average", "std", "median", "sum"}) {
    const GoldenRows golden = ReadGoldenRows(root, folder + "quality_" + method + ".csv");
    for (const NannyRow& row : rows) {
      if (row.method != method) continue;
      // In these files the column stands where others have the method.
      EXPECT_EQ(Differences(golden, row, {row.reference, row.chunk.index, "", row.column}), "");
      ++seen;
    }
    EXPECT_GT(golden.size(), 40U);
  }
  EXPECT_EQ(seen, rows.size());
  EXPECT_EQ(rows.size(), 11U * (9 + 4 + 5 * 5));
}

TEST(NannyQuality, CornersHaveNoNumbersButRows) {
  const double none = std::nan("");
  const std::vector<NannyRow> rows = NannyQuality(FrameOf({{"x", {none, none}}}, {{"t", {"", ""}}}),
                                                  FrameOf({{"x", {1}}}, {{"t", {"new"}}}), 2);
  for (const NannyRow& row : rows) {
    if (row.method == "missing_rate") {
      EXPECT_EQ(row.value, row.reference ? 1 : 0);
    }
    if (row.method == "unseen_rate" && !row.reference) {
      EXPECT_EQ(row.value, 1);
    }
    if (row.method == "range_rate") {
      EXPECT_EQ(row.value, 0);
    }
    if (row.method == "average") {
      EXPECT_EQ(std::isnan(row.value), row.reference);
    }
    if (row.method == "std") {
      EXPECT_TRUE(std::isnan(row.value) && row.alert);
    }
  }
  EXPECT_TRUE(NannyQuality(FrameOf({}, {}), FrameOf({}, {}), 2).empty());
}

}  // namespace
}  // namespace mooring::monitoring
