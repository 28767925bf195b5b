#include "records/tracking/sqlite/metric_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <set>

#include "records/tracking/metric_point.h"
#include "records/tracking/sqlite/history_blocks.h"
#include "records/tracking/sqlite/run_rows.h"

namespace mooring::records {
namespace {

constexpr auto kEarlier = [](const MetricPoint& a, const MetricPoint& b) {
  return CompareHistory(a, b) < 0;
};

Metric Named(std::string_view key, const MetricPoint& point) {
  Metric metric;
  static_cast<MetricPoint&>(metric) = point;
  metric.key = key;
  return metric;
}

// The last point of a page: the next page begins behind it, whatever was logged meanwhile.
std::string TokenOf(const MetricPoint& point) {
  return fmt::format("{:016x}{:016x}{:016x}", static_cast<std::uint64_t>(point.timestamp),
                     static_cast<std::uint64_t>(point.step),
                     std::bit_cast<std::uint64_t>(point.value));
}

Result<MetricPoint> PointOf(std::string_view token) {
  std::array<std::uint64_t, 3> parts{};
  bool good = token.size() == 48;
  for (std::size_t i = 0; good && i < parts.size(); ++i) {
    const char* first = token.data() + 16 * i;
    const auto [end, error] = std::from_chars(first, first + 16, parts[i], 16);
    good = error == std::errc() && end == first + 16;
  }
  if (!good) {
    return Error(Code::kInvalidArgument, "Invalid page token, could not base64-decode");
  }
  return MetricPoint{std::bit_cast<double>(parts[2]), static_cast<std::int64_t>(parts[0]),
                     static_cast<std::int64_t>(parts[1])};
}

constexpr auto kByStep = [](const MetricPoint& a, const MetricPoint& b) {
  return CompareLatest(a, b) < 0;
};

// About `most` steps of all that are there, as far apart as can be, with the last one.
std::set<std::int64_t> Sampled(const std::vector<std::int64_t>& steps, std::size_t most) {
  if (most == 0 || steps.size() <= most) return {steps.begin(), steps.end()};
  std::set<std::int64_t> sampled;
  const double interval = static_cast<double>(steps.size()) / static_cast<double>(most);
  for (std::size_t i = 0; i < most; ++i) {
    sampled.insert(steps[static_cast<std::size_t>(static_cast<double>(i) * interval)]);
  }
  sampled.insert(steps.back());
  return sampled;
}

}  // namespace

Result<std::vector<MetricPoint>> ReadHistory(Session& session, std::string_view run_id,
                                             std::string_view key) {
  std::vector<MetricPoint> points;
  const auto run = FindRun(session, run_id);
  if (!run.ok()) {
    if (run.error().code() == Code::kNotFound) return points;
    return run.error();
  }
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> known, session.FindKey(run->experiment, key));
  if (!known.has_value()) return points;
  RETURN_IF_ERROR(ReadBlocks(session, run->number, *known, points));
  ASSIGN_OR_RETURN(Query latest, session.Ask("SELECT value, timestamp, step FROM latest "
                                             "WHERE run = ? AND key = ?"));
  RETURN_IF_ERROR(latest->Start(run->number, *known));
  ASSIGN_OR_RETURN(const bool found, latest->Step());
  if (found) points.push_back({ValueOf(*latest, 0), latest->Int(1), latest->Int(2)});
  // What was logged forward stands in order.
  if (!std::is_sorted(points.begin(), points.end(), kEarlier)) {
    std::sort(points.begin(), points.end(), kEarlier);
  }
  return points;
}

Result<PageOf<Metric>> ReadHistoryPage(Session& session, std::string_view run_id,
                                       std::string_view key, std::size_t max_results,
                                       std::string_view page_token) {
  MetricPoint last;
  if (!page_token.empty()) {
    ASSIGN_OR_RETURN(last, PointOf(page_token));
  }
  ASSIGN_OR_RETURN(const std::vector<MetricPoint> points, ReadHistory(session, run_id, key));
  auto from = points.begin();
  if (!page_token.empty()) from = std::upper_bound(points.begin(), points.end(), last, kEarlier);
  const auto left = static_cast<std::size_t>(points.end() - from);
  const std::size_t count = max_results == 0 ? left : std::min(left, max_results);
  PageOf<Metric> page;
  page.items.reserve(count);
  for (std::size_t i = 0; i < count; ++i, ++from) page.items.push_back(Named(key, *from));
  if (count < left) page.next_token = TokenOf(page.items.back());
  return page;
}

Result<std::vector<Metric>> ReadHistoryInterval(Session& session, const HistoryInterval& asked) {
  std::vector<std::vector<MetricPoint>> runs;
  std::vector<std::int64_t> steps;
  for (const std::string& run_id : asked.run_ids) {
    ASSIGN_OR_RETURN(std::vector<MetricPoint> points, ReadHistory(session, run_id, asked.key));
    std::erase_if(points, [&](const MetricPoint& point) {
      return (asked.from && point.step < *asked.from) || (asked.to && point.step > *asked.to);
    });
    std::sort(points.begin(), points.end(), kByStep);
    for (const MetricPoint& point : points) steps.push_back(point.step);
    runs.push_back(std::move(points));
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  const std::set<std::int64_t> sampled = Sampled(steps, asked.max_results);
  std::vector<Metric> found;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const MetricPoint& point : runs[i]) {
      const bool end = point.step == runs[i].front().step || point.step == runs[i].back().step;
      if (!end && !sampled.contains(point.step)) continue;
      found.push_back(Named(asked.key, point));
      found.back().run_id = asked.run_ids[i];
    }
  }
  return found;
}

}  // namespace mooring::records
