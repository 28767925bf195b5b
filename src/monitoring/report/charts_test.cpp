#include "monitoring/report/charts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "monitoring/report/report_testing.h"

namespace mooring::monitoring {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Time At(int hour) { return Time(std::chrono::hours(480'000 + hour)); }

TEST(OverlaidBars, HeightsAreSharesOfEachSide) {
  // 25 % and 75 % of the reference, 50 % and 50 % of the window: the highest bar, 75 %, is 1/1.05
  // of the plot's 96 units.
  const std::string svg = OverlaidBars("x", {{"a", 25, 5}, {"b", 75, 5}});
  EXPECT_EQ(Unbalanced(svg), "");
  const std::vector<double> heights = Numbers(svg, "height");
  ASSERT_EQ(heights.size(), 4u);
  const double high = 96 / 1.05;
  EXPECT_NEAR(heights[0], high / 3, 0.06);      // reference of a
  EXPECT_NEAR(heights[1], high * 2 / 3, 0.06);  // window of a
  EXPECT_NEAR(heights[2], high, 0.06);
  EXPECT_NEAR(heights[3], high * 2 / 3, 0.06);
  EXPECT_NE(svg.find("a: reference 25.0 %, current 50.0 % (5 rows)"), svg.npos);
}

TEST(OverlaidBars, TheCurrentBarStandsInsideTheReferenceBar) {
  const std::string svg = OverlaidBars("x", {{"a", 1, 1}, {"b", 1, 1}, {"c", 1, 1}});
  const auto x = Numbers(svg, "x"), width = Numbers(svg, "width");
  ASSERT_EQ(width.size(), 6u);
  EXPECT_GT(width[0], width[1]);
  EXPECT_LE(width[0], 324.0 / 3);
}

TEST(OverlaidBars, NothingToShowIsNothing) {
  EXPECT_EQ(OverlaidBars("x", {}), "");
  EXPECT_EQ(OverlaidBars("x", {{"a", 0, 0}}), "");
  EXPECT_NE(OverlaidBars("x", {{"a", 0, 3}}), "");  // an empty reference
}

TEST(OverlaidBars, JoinsTheLeastOfTooManyAndLosesNoRow) {
  std::vector<Bar> bars;
  for (int i = 0; i < 300; ++i) bars.push_back({"c" + std::to_string(i), 1, 1});
  bars[250] = {"great", 700, 1};
  const std::string svg = OverlaidBars("x", bars);
  EXPECT_EQ(Count(svg, "<g>"), kBarsDrawn);
  EXPECT_NE(svg.find("great: reference"), svg.npos);
  // 299 + 700 rows; 22 others of one row are drawn alone, so 277 rows are joined: 27.7 %.
  EXPECT_NE(svg.find("277 others: reference 27.7 %"), svg.npos);
}

TEST(OverlaidBars, EscapesLabels) {
  const std::string svg = OverlaidBars("\"><script>", {{"<b>\x01\xff", 3, 3}});
  EXPECT_EQ(svg.find("<script"), svg.npos);
  EXPECT_EQ(svg.find("<b>"), svg.npos);
  EXPECT_EQ(Unbalanced(svg), "");
}

TEST(LineOverTime, PutsPointsAndBoundToScale) {
  Series series{.name = "psi", .limit = 0.2};
  series.points = {
      {.at = At(0), .value = 0.0}, {.at = At(1), .value = 0.1}, {.at = At(2), .value = 0.4}};
  const std::string svg = LineOverTime(series);
  EXPECT_EQ(Unbalanced(svg), "");
  const auto x = Numbers(svg, "cx"), y = Numbers(svg, "cy"), bound = Numbers(svg, "y1");
  ASSERT_EQ(x.size(), 3u);
  EXPECT_NEAR(x[0], 44, 0.06);
  EXPECT_NEAR(x[1], 44 + 154, 0.06);
  EXPECT_NEAR(x[2], 44 + 308, 0.06);
  EXPECT_NEAR(y[0], 78, 0.06);  // nought lies on the axis
  ASSERT_EQ(bound.size(), 1u);
  EXPECT_NEAR(bound[0], (y[0] + y[2]) / 2, 0.11);  // 0.2 is halfway to 0.4
  EXPECT_EQ(Count(svg, "class=\"over\""), 1u);
  EXPECT_NE(svg.find("bound 0.2"), svg.npos);
}

TEST(LineOverTime, ChancesLieOnPowersOfTen) {
  Series series{.name = "q", .limit = 0.05, .below_is_bad = true, .chances = true};
  series.points = {
      {.at = At(0), .value = 1.0}, {.at = At(1), .value = 1e-3}, {.at = At(2), .value = 0.0}};
  const std::string svg = LineOverTime(series);
  const auto y = Numbers(svg, "cy");
  ASSERT_EQ(y.size(), 3u);
  EXPECT_NEAR(y[0], 12, 0.06);
  EXPECT_NEAR(y[1], 12 + 66.0 / 3, 0.06);
  EXPECT_NEAR(y[2], 78, 0.06);
  EXPECT_EQ(Count(svg, "class=\"over\""), 2u);
}

TEST(LineOverTime, LeavesGapsAndBreaksTheLineThere) {
  Series series{.name = "x"};
  series.points = {{.at = At(0), .value = 1},
                   {.at = At(1), .value = kNan},
                   {.at = At(2), .value = 2},
                   {.at = At(3), .value = 2, .hollow = true}};
  const std::string svg = LineOverTime(series);
  EXPECT_EQ(Count(svg, "<circle"), 3u);
  const auto path = svg.find("class=\"line\" d=\"");
  EXPECT_EQ(Count(svg.substr(path, svg.find('>', path) - path), "M"), 2u);
  EXPECT_EQ(Count(svg, "class=\"hollow\""), 1u);
}

TEST(LineOverTime, IsNothingWithoutTwoValues) {
  Series series{.name = "x"};
  EXPECT_EQ(LineOverTime(series), "");
  series.points = {{.at = At(0), .value = 1}, {.at = At(1), .value = kNan}};
  EXPECT_EQ(LineOverTime(series), "");
}

TEST(LineOverTime, CoordinatesAreFiniteWhateverComes) {
  Series series{.name = "x", .limit = 1e308, .reference = -1e308};
  const double huge = std::numeric_limits<double>::max();
  series.points = {{.at = At(0), .value = huge, .lower = -huge, .upper = huge},
                   {.at = At(0), .value = -huge},
                   {.at = At(0), .value = INFINITY},
                   {.at = At(0), .value = 5e-324}};
  const std::string svg = LineOverTime(series);
  EXPECT_EQ(svg.find("\"nan"), svg.npos);
  EXPECT_EQ(svg.find("\"inf"), svg.npos);
  for (const double y : Numbers(svg, "cy")) {
    EXPECT_GE(y, 12);
    EXPECT_LE(y, 78);
  }
}

TEST(LineOverTime, DrawsTheNewestOfTooMany) {
  Series series{.name = "x", .most = 10};
  for (int i = 0; i < 500; ++i) series.points.push_back({.at = At(i), .value = double(i)});
  const std::string svg = LineOverTime(series);
  EXPECT_EQ(Count(svg, "<circle"), 10u);
  EXPECT_NE(svg.find(": 499<"), svg.npos);
}

TEST(ReliabilityPlot, PutsPredictedAcrossAndObservedUp) {
  const std::string svg = ReliabilityPlot({{0.25, 0.5, 100}, {0.5, kNan, 0}, {1, 1, 25}});
  EXPECT_EQ(Unbalanced(svg), "");
  const auto x = Numbers(svg, "cx"), y = Numbers(svg, "cy"), r = Numbers(svg, "r");
  ASSERT_EQ(x.size(), 2u);
  EXPECT_NEAR(x[0], 34 + 50, 0.06);
  EXPECT_NEAR(y[0], 10 + 100, 0.06);
  EXPECT_NEAR(r[0], 7, 0.06);
  EXPECT_NEAR(r[1], 4.5, 0.06);  // a quarter of the rows, half the width
  EXPECT_EQ(ReliabilityPlot({}), "");
  EXPECT_EQ(ReliabilityPlot({{0.5, kNan, 0}}), "");
}

TEST(IntervalMark, MarksNoughtAndTheInterval) {
  const std::string svg = IntervalMark(0.5, 0, 1, -1, 1);
  EXPECT_EQ(Unbalanced(svg), "");
  EXPECT_NEAR(Numbers(svg, "cx")[0], 4 + 112 * 0.75, 0.06);
  EXPECT_EQ(Count(svg, "refline"), 1u);
  EXPECT_EQ(IntervalMark(kNan, 0, 1, -1, 1), "");
}

}  // namespace
}  // namespace mooring::monitoring
