#include "monitoring/parity/nannyml_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

using ::testing::ElementsAre;

std::vector<std::size_t> Ends(const std::vector<NannyChunk>& chunks) {
  std::vector<std::size_t> ends;
  std::size_t begin = 0;
  for (const NannyChunk& chunk : chunks) {
    EXPECT_EQ(chunk.index, ends.size());
    EXPECT_EQ(chunk.begin, begin);
    begin = chunk.end;
    ends.push_back(chunk.end);
  }
  return ends;
}

TEST(NannyRows, ChunksCoverTheRowsAndTheTailIsAsAsked) {
  EXPECT_THAT(Ends(ChunksOfSize(10, 5)), ElementsAre(5, 10));
  EXPECT_THAT(Ends(ChunksOfSize(11, 5)), ElementsAre(5, 10, 11));
  EXPECT_THAT(Ends(ChunksOfSize(11, 5, NannyTail::kDrop)), ElementsAre(5, 10));
  EXPECT_THAT(Ends(ChunksOfSize(11, 5, NannyTail::kAppend)), ElementsAre(5, 11));
  EXPECT_THAT(Ends(ChunksOfSize(3, 5)), ElementsAre(3));
  EXPECT_THAT(Ends(ChunksOfSize(3, 5, NannyTail::kAppend)), ElementsAre(3));
  EXPECT_THAT(Ends(ChunksOfSize(0, 5)), ElementsAre());
  EXPECT_THAT(Ends(ChunksByCount(10, 3)), ElementsAre(3, 6, 9, 10));
  EXPECT_THAT(Ends(ChunksByCount(10, 3, NannyTail::kDrop)), ElementsAre(3, 6, 9));
  EXPECT_THAT(Ends(ChunksByCount(2, 3)), ElementsAre(2));
}

// Mean 2, population deviation sqrt(2/3).
TEST(NannyRows, BandIsThreePopulationDeviationsCutAtTheRange) {
  const double reach = 3 * std::sqrt(2.0 / 3);
  const std::vector<double> values = {1, kAbsent, 2, 3};
  const NannyBand free = BandOf(values, {});
  EXPECT_DOUBLE_EQ(free.lower, 2 - reach);
  EXPECT_DOUBLE_EQ(free.upper, 2 + reach);
  const NannyBand cut = BandOf(values, {.least = 0, .most = 4});
  EXPECT_EQ(cut.lower, 0);
  EXPECT_EQ(cut.upper, 4);
  EXPECT_TRUE(std::isnan(BandOf(std::vector<double>{kAbsent}, {}).upper));
}

TEST(NannyRows, AlertRules) {
  const NannyBand both{1, 3}, upper{kAbsent, 3}, point{7, 7}, none;
  struct Case {
    NannyBand band;
    double value;
    bool outside, not_inside;
  };
  for (const Case& c :
       {Case{both, 2, false, false}, Case{both, 1, false, true}, Case{both, 3, false, true},
        Case{both, 3.1, true, true}, Case{both, 0.9, true, true}, Case{upper, -5, false, false},
        Case{upper, 4, true, true}, Case{point, 7, false, true}, Case{both, kAbsent, false, true},
        Case{none, 5, false, false}}) {
    EXPECT_EQ(IsAlert(NannyAlert::kOutside, c.band, c.value), c.outside) << c.value;
    EXPECT_EQ(IsAlert(NannyAlert::kNotInside, c.band, c.value), c.not_inside) << c.value;
  }
}

TEST(NannyRows, RowsCarryBandAndConfidence) {
  const data::Batch reference = FrameOf({{"x", {1, 1, 3, 3}}}, {});
  const data::Batch analysis = FrameOf({{"x", {9, 9, 2}}}, {});
  const NannyMeasure first = [](const data::Batch& batch, const NannyChunk& chunk) {
    return NannyValue{batch.column(0).Number(chunk.begin), 0.5};
  };
  std::vector<NannyRow> rows;
  AppendRows({.column = "x", .method = "first", .range = {.least = 0, .most = 10}}, first,
             reference, analysis, 2, rows);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_TRUE(rows[1].reference);
  EXPECT_EQ(rows[2].chunk.begin, 0U);
  EXPECT_EQ(rows[3].chunk.rows(), 1U);
  EXPECT_EQ(rows[0].lower_confidence, 0) << "cut at the range";
  EXPECT_EQ(rows[1].upper_confidence, 4.5);
  EXPECT_EQ(rows[2].upper_confidence, 10);
  EXPECT_EQ(rows[0].band.upper, 5);
  EXPECT_TRUE(rows[2].alert);
  EXPECT_FALSE(rows[3].alert);
  rows.clear();
  AppendRows({.range = {.least = 0}, .upper_only = true, .fixed = true, .band = {kAbsent, 2.5}},
             first, reference, analysis, 2, rows);
  EXPECT_TRUE(rows[1].alert) << "a fixed band";
  rows.clear();
  AppendRows({.range = {.least = 0}, .drop_edges = true}, first, reference, analysis, 2, rows);
  EXPECT_TRUE(std::isnan(rows[0].band.lower)) << "-1 is beyond the range";
}

}  // namespace
}  // namespace mooring::monitoring
