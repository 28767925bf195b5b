// Charts of the report page, drawn as inline SVG: no script, no font, no picture from elsewhere.
//
// Each chart has a name for screen readers, and every mark a <title> with its numbers. Colours come
// from the page's classes ("ref", "cur", "limit"). What there is too much of is thinned: bars
// beyond kBarsDrawn are joined into one, of too many points the newest are drawn. All texts are
// escaped here. Coordinates are finite whatever comes in. Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "monitoring/quality/quality_report.h"
#include "monitoring/window_report.h"

namespace mooring::monitoring {

inline constexpr std::size_t kBarsDrawn = 24;
inline constexpr std::size_t kPointsDrawn = 60;

// Reference and current window overlaid, as shares of their rows: a wide bar behind, a narrow one
// in front. "" without bars.
std::string OverlaidBars(std::string_view name, const std::vector<Bar>& bars);

struct Point {
  Time at;
  double value = std::numeric_limits<double>::quiet_NaN();  // NaN: a gap
  double lower = std::numeric_limits<double>::quiet_NaN();  // of its interval; NaN: none
  double upper = std::numeric_limits<double>::quiet_NaN();
  bool hollow = false;  // an estimate, or too few rows
};

// A figure of window after window, the oldest first.
struct Series {
  std::string name = {};
  std::vector<Point> points = {};
  double limit = std::numeric_limits<double>::quiet_NaN();      // drawn with its name
  double reference = std::numeric_limits<double>::quiet_NaN();  // drawn dotted
  std::string limit_name = "bound";
  bool below_is_bad = false;  // p-values: what lies below the limit stands out
  std::size_t most = kPointsDrawn;
  bool chances = false;  // p-values: a scale of powers of ten from 1e-9 to 1
};
// "" when fewer than two points have a value.
std::string LineOverTime(const Series& series);

// Predicted against observed share with the diagonal; "" without bins that have rows.
std::string ReliabilityPlot(const std::vector<ReliabilityBin>& bins);

// An interval on a scale of [low, high] with the value as a dot; for rows of a table.
std::string IntervalMark(double value, double lower, double upper, double low, double high);

}  // namespace mooring::monitoring
