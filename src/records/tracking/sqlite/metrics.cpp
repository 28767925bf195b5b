#include "records/tracking/sqlite/metrics.h"

#include <algorithm>

#include "records/tracking/metric_point.h"
#include "records/tracking/sqlite/history_blocks.h"
#include "records/tracking/sqlite/logged_models.h"

namespace mooring::records {
namespace {

bool Same(const KeyedPoint& a, const KeyedPoint& b) {
  return a.key == b.key && CompareLatest(a.point, b.point) == 0;
}

// What a batch says, interned, each point once, by key and then the latest last.
Result<std::vector<KeyedPoint>> Interned(Session& session, std::int64_t experiment,
                                         std::span<const Metric> metrics) {
  std::vector<KeyedPoint> points;
  points.reserve(metrics.size());
  for (const Metric& metric : metrics) {
    ASSIGN_OR_RETURN(const std::int64_t key, session.InternKey(experiment, metric.key));
    points.push_back({key, {Plain(metric.value), metric.timestamp, metric.step}});
  }
  std::sort(points.begin(), points.end(), [](const KeyedPoint& a, const KeyedPoint& b) {
    return a.key != b.key ? a.key < b.key : CompareLatest(a.point, b.point) < 0;
  });
  points.erase(std::unique(points.begin(), points.end(), Same), points.end());
  return points;
}

Result<std::optional<MetricPoint>> ReadLatest(Session& session, std::int64_t run,
                                              std::int64_t key) {
  ASSIGN_OR_RETURN(Query read, session.Ask("SELECT value, timestamp, step FROM latest "
                                           "WHERE run = ? AND key = ?"));
  RETURN_IF_ERROR(read->Start(run, key));
  ASSIGN_OR_RETURN(const bool found, read->Step());
  if (!found) return std::optional<MetricPoint>();
  return std::optional(MetricPoint{ValueOf(*read, 0), read->Int(1), read->Int(2)});
}

// Adds to `history` those that stand nowhere yet.
Status AddUnknown(Session& session, std::int64_t run, std::span<const KeyedPoint> points,
                  std::vector<KeyedPoint>& history) {
  const auto less = [](const MetricPoint& a, const MetricPoint& b) {
    return CompareLatest(a, b) < 0;
  };
  std::vector<MetricPoint> known;
  RETURN_IF_ERROR(ReadBlocks(session, run, points.front().key, known));
  std::sort(known.begin(), known.end(), less);
  for (const KeyedPoint& point : points) {
    if (!std::binary_search(known.begin(), known.end(), point.point, less)) {
      history.push_back(point);
    }
  }
  return Ok();
}

// The points of one key, by CompareLatest.
Status LogOneKey(Session& session, std::int64_t run, std::span<const KeyedPoint> points,
                 std::vector<KeyedPoint>& history) {
  const std::int64_t key = points.front().key;
  ASSIGN_OR_RETURN(const std::optional<MetricPoint> latest, ReadLatest(session, run, key));
  std::span<const KeyedPoint> newer = points;
  if (latest.has_value()) {
    const auto from = std::lower_bound(
        points.begin(), points.end(), *latest,
        [](const KeyedPoint& a, const MetricPoint& b) { return CompareLatest(a.point, b) < 0; });
    const auto older = static_cast<std::size_t>(from - points.begin());
    if (older != 0) RETURN_IF_ERROR(AddUnknown(session, run, points.first(older), history));
    newer = points.subspan(older);
    if (!newer.empty() && CompareLatest(newer.front().point, *latest) == 0) {
      newer = newer.subspan(1);
    }
  }
  if (newer.empty()) return Ok();
  if (latest.has_value()) history.push_back({key, *latest});
  history.insert(history.end(), newer.begin(), newer.end() - 1);
  const MetricPoint& top = newer.back().point;
  return session.Run(
      "INSERT INTO latest(run, key, value, timestamp, step) VALUES(?, ?, ?, ?, ?) "
      "ON CONFLICT(run, key) DO UPDATE SET value = excluded.value, "
      "timestamp = excluded.timestamp, step = excluded.step",
      run, key, top.value, top.timestamp, top.step);
}

}  // namespace

Status LogMetricsIn(Session& session, const RunRow& run, std::span<const Metric> metrics) {
  if (metrics.empty()) return Ok();
  ASSIGN_OR_RETURN(const std::vector<KeyedPoint> points,
                   Interned(session, run.experiment, metrics));
  std::vector<KeyedPoint> history;
  for (std::size_t first = 0; first < points.size();) {
    std::size_t end = first;
    while (end < points.size() && points[end].key == points[first].key) ++end;
    RETURN_IF_ERROR(
        LogOneKey(session, run.number, std::span(points).subspan(first, end - first), history));
    first = end;
  }
  RETURN_IF_ERROR(AppendHistory(session, run.number, std::move(history)));
  return LogModelMetrics(session, run, metrics);
}

}  // namespace mooring::records
