#include "monitoring/report/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "monitoring/report/page.h"

namespace mooring::monitoring {
namespace {

// Where the plot lies in its drawing, and the values of its edges.
struct Plot {
  double left, top, width, height;
  double low_x, high_x, low_y, high_y;

  static double Part(double value, double low, double high) {
    if (!(high > low)) return 0.5;
    return std::clamp((value - low) / (high - low), 0.0, 1.0);
  }
  double X(double value) const { return left + width * Part(value, low_x, high_x); }
  double Y(double value) const { return top + height * (1 - Part(value, low_y, high_y)); }
};

std::string Opened(std::string_view name, int width, int height) {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", width, height,
                     Escaped(name));
}

std::string Rect(std::string_view css, double x, double y, double width, double height) {
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
      "height=\"{:.1f}\"/>",
      css, x, y, width, height);
}

std::string Line(std::string_view css, double x1, double y1, double x2, double y2) {
  return fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>",
                     css, x1, y1, x2, y2);
}

std::string Words(double x, double y, std::string_view anchor, std::string_view text,
                  std::string_view css = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>", x, y, anchor,
                     css.empty() ? "" : fmt::format(" class=\"{}\"", css), Escaped(text, 40));
}

// The bars that are drawn: the least of many are joined, in the order that they had.
std::vector<Bar> Thinned(const std::vector<Bar>& bars) {
  if (bars.size() <= kBarsDrawn) return bars;
  const auto size = [&](std::size_t i) { return std::max(bars[i].reference, bars[i].current); };
  std::vector<std::size_t> order(bars.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](auto a, auto b) { return size(a) > size(b); });
  std::vector<bool> keep(bars.size());
  for (std::size_t i = 0; i + 1 < kBarsDrawn; ++i) keep[order[i]] = true;
  std::vector<Bar> kept;
  Bar rest;
  std::size_t joined = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (keep[i]) {
      kept.push_back(bars[i]);
      continue;
    }
    rest.reference += bars[i].reference;
    rest.current += bars[i].current;
    ++joined;
  }
  rest.label = fmt::format("{} others", joined);
  kept.push_back(std::move(rest));
  return kept;
}

struct Totals {
  double reference = 0, current = 0, highest = 0;
};

double ShareOf(std::uint64_t count, double total) {
  return total > 0 ? static_cast<double>(count) / total : 0;
}

Totals TotalsOf(const std::vector<Bar>& bars) {
  Totals totals;
  for (const Bar& bar : bars) {
    totals.reference += static_cast<double>(bar.reference);
    totals.current += static_cast<double>(bar.current);
  }
  for (const Bar& bar : bars) {
    totals.highest = std::max({totals.highest, ShareOf(bar.reference, totals.reference),
                               ShareOf(bar.current, totals.current)});
  }
  return totals;
}

double ChanceHeight(double p_value) { return std::log10(std::clamp(p_value, 1e-9, 1.0)); }

std::vector<Point> NewestOf(const std::vector<Point>& points, std::size_t most) {
  if (points.size() <= most) return points;
  return {points.end() - static_cast<std::ptrdiff_t>(most), points.end()};
}

double SecondsOf(Time time) { return static_cast<double>(time.time_since_epoch().count()); }

// The scale holds all that is finite, with some air above.
void ScaleToValues(const Series& series, const std::vector<Point>& points, Plot& plot) {
  if (series.chances) {
    plot.low_y = -9;
    plot.high_y = 0;
    return;
  }
  double low = 0, high = -std::numeric_limits<double>::max();
  bool any = false;
  const auto take = [&](double value) {
    if (!std::isfinite(value)) return;
    value = std::clamp(value, -1e300, 1e300);  // so that differences stay finite
    low = any ? std::min(low, value) : value;
    high = any ? std::max(high, value) : value;
    any = true;
  };
  for (const Point& point : points) {
    take(point.value);
    take(point.lower);
    take(point.upper);
  }
  take(series.limit);
  take(series.reference);
  if (!any) low = high = 0;
  if (low > 0 && low < high / 2) low = 0;
  const double air = high > low ? (high / 2 - low / 2) * 0.16 : std::max(std::abs(high), 1.0) * 0.1;
  plot.low_y = low == 0 ? 0 : low - air;
  plot.high_y = high + air;
}

std::string ValueTitle(const Series& series, const Point& point) {
  std::string title = MomentText(point.at) + ": " +
                      (series.chances ? ChanceText(point.value) : Figure(point.value));
  if (!std::isnan(point.lower) && !std::isnan(point.upper)) {
    title += " (" + Figure(point.lower) + " … " + Figure(point.upper) + ")";
  }
  return title;
}

std::string DrawPoints(const Series& series, const std::vector<Point>& points, const Plot& plot) {
  const auto height = [&](double value) {
    return plot.Y(series.chances ? ChanceHeight(value) : value);
  };
  std::string bands, path, dots;
  bool down = false;
  for (const Point& point : points) {
    if (!std::isfinite(point.value)) {
      down = false;
      continue;
    }
    const double x = plot.X(SecondsOf(point.at)), y = height(point.value);
    path += fmt::format("{}{:.1f} {:.1f}", down ? "L" : "M", x, y);
    down = true;
    if (std::isfinite(point.lower) && std::isfinite(point.upper)) {
      bands += Line("band", x, height(point.lower), x, height(point.upper));
    }
    const bool over =
        !std::isnan(series.limit) &&
        (series.below_is_bad ? point.value < series.limit : point.value > series.limit);
    dots += fmt::format(
        "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{}"
        "</title></circle>",
        over           ? "over"
        : point.hollow ? "hollow"
                       : "dot",
        x, y, over ? 3.5 : 2.5, Escaped(ValueTitle(series, point)));
  }
  return bands + "<path class=\"line\" d=\"" + path + "\"/>" + dots;
}

}  // namespace

std::string OverlaidBars(std::string_view name, const std::vector<Bar>& all) {
  const std::vector<Bar> bars = Thinned(all);
  const Totals totals = TotalsOf(bars);
  if (bars.empty() || totals.highest <= 0) return {};
  const Plot plot{30, 12, 324, 96, 0, 1, 0, totals.highest * 1.05};
  std::string svg =
      Opened(std::string(name) + ": shares of reference and current window", 360, 134);
  svg += Line("axis", plot.left, plot.top + plot.height, 354, plot.top + plot.height);
  svg += Words(plot.left - 4, plot.Y(totals.highest) + 4, "end", ShareText(totals.highest));
  svg += Words(plot.left - 4, plot.Y(0), "end", "0");
  const double step = plot.width / static_cast<double>(bars.size());
  const std::size_t every = (bars.size() + 4) / 5;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double x = plot.left + step * static_cast<double>(i);
    const double reference = ShareOf(bars[i].reference, totals.reference);
    const double current = ShareOf(bars[i].current, totals.current);
    svg += "<g><title>" + Escaped(bars[i].label, 40) +
           fmt::format(": reference {}, current {} ({} rows)</title>", ShareText(reference),
                       ShareText(current), CountText(bars[i].current));
    svg += Rect("ref", x + step * 0.06, plot.Y(reference), step * 0.88,
                plot.top + plot.height - plot.Y(reference));
    svg += Rect("cur", x + step * 0.29, plot.Y(current), step * 0.42,
                plot.top + plot.height - plot.Y(current));
    svg += "</g>";
    if (i % every == 0) {
      const double room = step * static_cast<double>(every) / 6.5;  // characters of 6.5 units
      svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
                         x + step / 2, plot.top + plot.height + 13,
                         Escaped(bars[i].label, std::max<std::size_t>(3, std::size_t(room))));
    }
  }
  return svg + "</svg>";
}

std::string LineOverTime(const Series& series) {
  const std::vector<Point> points = NewestOf(series.points, series.most);
  const auto there =
      std::ranges::count_if(points, [](const Point& p) { return std::isfinite(p.value); });
  if (there < 2) return {};
  Plot plot{44, 12, 308, 66, SecondsOf(points.front().at), SecondsOf(points.back().at), 0, 1};
  ScaleToValues(series, points, plot);
  std::string svg = Opened(series.name + ", window after window", 360, 96);
  svg += fmt::format("<path class=\"axis\" d=\"M{0} {1}V{2}H{3}\"/>", plot.left, plot.top,
                     plot.top + plot.height, plot.left + plot.width);
  svg += Words(plot.left - 4, plot.top + 4, "end", series.chances ? "1" : Figure(plot.high_y));
  svg += Words(plot.left - 4, plot.top + plot.height, "end",
               series.chances ? "1e-9" : Figure(plot.low_y));
  svg += Words(plot.left, plot.top + plot.height + 14, "start", MomentText(points.front().at));
  svg += Words(plot.left + plot.width, plot.top + plot.height + 14, "end",
               MomentText(points.back().at));
  const auto level = [&](double value, std::string_view css) {
    const double y = plot.Y(series.chances ? ChanceHeight(value) : value);
    svg += Line(css, plot.left, y, plot.left + plot.width, y);
    return y;
  };
  if (std::isfinite(series.reference)) level(series.reference, "refline");
  if (std::isfinite(series.limit)) {
    const double y = level(series.limit, "limit");
    svg += Words(plot.left + 4, y < plot.top + 12 ? y + 10 : y - 3, "start",
                 series.limit_name + " " + Figure(series.limit), "limitname");
  }
  return svg + DrawPoints(series, points, plot) + "</svg>";
}

std::string ReliabilityPlot(const std::vector<ReliabilityBin>& bins) {
  std::uint64_t most = 0;
  for (const ReliabilityBin& bin : bins) most = std::max(most, bin.n);
  if (most == 0) return {};
  const Plot plot{34, 10, 200, 200, 0, 1, 0, 1};
  std::string svg = Opened("Reliability: what was predicted against what came true", 246, 240);
  svg += fmt::format("<path class=\"axis\" d=\"M{0} {1}V{2}H{3}\"/>", plot.left, plot.top,
                     plot.top + plot.height, plot.left + plot.width);
  svg += Line("refline", plot.X(0), plot.Y(0), plot.X(1), plot.Y(1));
  svg +=
      Words(plot.left - 4, plot.Y(1) + 4, "end", "1") + Words(plot.left - 4, plot.Y(0), "end", "0");
  svg += Words(plot.X(1), plot.Y(0) + 13, "end", "predicted 1");
  svg += Words(plot.X(0), plot.Y(0) + 13, "start", "0");
  svg += Words(plot.left + 4, plot.top + 6, "start", "observed");
  std::string path, dots;
  for (const ReliabilityBin& bin : bins) {
    if (bin.n == 0 || !std::isfinite(bin.predicted) || !std::isfinite(bin.observed)) continue;
    const double x = plot.X(bin.predicted), y = plot.Y(bin.observed);
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x, y);
    const double radius = 2 + 5 * std::sqrt(static_cast<double>(bin.n) / static_cast<double>(most));
    dots += fmt::format(
        "<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"><title>"
        "predicted {}, observed {}, {} rows</title></circle>",
        x, y, radius, Figure(bin.predicted), Figure(bin.observed), CountText(bin.n));
  }
  return svg + "<path class=\"line\" d=\"" + path + "\"/>" + dots + "</svg>";
}

std::string IntervalMark(double value, double lower, double upper, double low, double high) {
  if (!std::isfinite(value)) return {};
  const Plot plot{4, 0, 112, 14, low, high, 0, 1};
  std::string svg = Opened("between " + Figure(lower) + " and " + Figure(upper), 120, 14);
  if (low < 0 && high > 0) svg += Line("refline", plot.X(0), 0, plot.X(0), 14);
  if (std::isfinite(lower) && std::isfinite(upper)) {
    svg += Line("band", plot.X(lower), 7, plot.X(upper), 7);
  }
  return svg +
         fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"7\" r=\"3\"/></svg>", plot.X(value));
}

}  // namespace mooring::monitoring
