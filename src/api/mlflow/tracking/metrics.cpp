#include "api/mlflow/tracking/metrics.h"

#include <algorithm>

#include "api/mlflow/tracking/entities.h"
#include "api/mlflow/tracking/page.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"

namespace mooring::api::mlflow {
namespace {

using records::Metric;
using records::TrackingStore;

constexpr std::size_t kRunsAtOnce = 100, kResultsOfRun = 2500, kBulkResults = 25'000;
constexpr std::string_view kDocs =
    " See the API docs for more information about request parameters.";

Result<std::size_t> IntervalResults(const Fields& in) {
  ASSIGN_OR_RETURN(const auto wanted, in.Int("max_results"));
  if (!wanted) return kResultsOfRun;
  if (*wanted >= 1 && *wanted <= static_cast<std::int64_t>(kResultsOfRun)) {
    return static_cast<std::size_t>(*wanted);
  }
  return Invalid("max_results must be between 1 and " + std::to_string(kResultsOfRun) + "." +
                 std::string(kDocs));
}

}  // namespace

Result<std::string> GetMetricHistory(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  ASSIGN_OR_RETURN(const std::string key, in.Required("metric_key"));
  ASSIGN_OR_RETURN(const std::size_t most, in.MaxResults(kHistoryAtOnce, kHistoryAtOnce));
  ASSIGN_OR_RETURN(const std::string token, in.Text("page_token"));
  ASSIGN_OR_RETURN(const auto page, store->MetricHistory(id, key, most, token));
  return PageJson(page, "metrics", WriteMetric);
}

Result<std::string> GetMetricHistoryInterval(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, in.Texts("run_ids"));
  if (ids.empty()) return MissingValue("run_ids");
  if (ids.size() > kRunsAtOnce) {
    return Invalid("GetMetricHistoryBulkInterval request must specify at most " +
                   std::to_string(kRunsAtOnce) + " run_ids. Received " +
                   std::to_string(ids.size()) + " run_ids." + std::string(kDocs));
  }
  ASSIGN_OR_RETURN(const std::string key, in.Required("metric_key"));
  ASSIGN_OR_RETURN(const auto from, in.Int("start_step"));
  ASSIGN_OR_RETURN(const auto to, in.Int("end_step"));
  ASSIGN_OR_RETURN(const std::size_t most, IntervalResults(in));
  if (from.has_value() != to.has_value()) {
    return Invalid("If either start step or end step are specified, both must be specified.");
  }
  if (from && *from > *to) {
    return Invalid("end_step must be greater than start_step. Found start_step=" +
                   std::to_string(*from) + " and end_step=" + std::to_string(*to) + ".");
  }
  ASSIGN_OR_RETURN(const auto metrics, store->MetricHistoryInterval(ids, key, from, to, most));
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  WriteMetrics(json, "metrics", metrics);
  json.EndObject();
  return body;
}

Result<std::string> GetMetricHistoryBulk(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(std::vector<std::string> ids, in.Texts("run_id"));
  if (ids.empty()) {
    return Invalid("GetMetricHistoryBulk request must specify at least one run_id.");
  }
  if (ids.size() > kRunsAtOnce) {
    return Invalid("GetMetricHistoryBulk request cannot specify more than " +
                   std::to_string(kRunsAtOnce) + " run_ids. Received " +
                   std::to_string(ids.size()) + " run_ids.");
  }
  if (!in.Has("metric_key")) {
    return Invalid("GetMetricHistoryBulk request must specify a metric_key.");
  }
  ASSIGN_OR_RETURN(const std::string key, in.Text("metric_key"));
  ASSIGN_OR_RETURN(const auto wanted, in.Int("max_results"));
  const auto most = static_cast<std::size_t>(
      std::clamp<std::int64_t>(wanted.value_or(kBulkResults), 0, kBulkResults));
  std::sort(ids.begin(), ids.end());
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("metrics").BeginArray();
  std::size_t written = 0;
  for (const std::string& id : ids) {
    if (written == most) break;
    ASSIGN_OR_RETURN(auto page, store->MetricHistory(id, key, most - written, ""));
    written += page.items.size();
    for (Metric& metric : page.items) {
      metric.run_id = id;
      WriteMetric(json, metric);
    }
  }
  json.EndArray().EndObject();
  return body;
}

}  // namespace mooring::api::mlflow
