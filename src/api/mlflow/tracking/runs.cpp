#include "api/mlflow/tracking/runs.h"

#include "api/mlflow/tracking/entities.h"
#include "api/mlflow/tracking/page.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/batch.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/names.h"

namespace mooring::api::mlflow {
namespace {

using records::TrackingStore;

std::string RunJson(const records::Run& run, Outputs outputs) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("run");
  WriteRun(json, run, outputs);
  json.EndObject();
  return body;
}

// Runs refuse what is beyond their limit in words of their own.
Result<std::size_t> MaxRuns(const Fields& in) {
  ASSIGN_OR_RETURN(const auto wanted, in.Int("max_results"));
  if (wanted && *wanted > static_cast<std::int64_t>(kMostResults)) {
    return WrongType("max_results", std::to_string(*wanted), "int");
  }
  return in.MaxResults(kDefaultResults, kMostResults);
}

}  // namespace

Result<std::string> CreateRun(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  records::NewRun made;
  ASSIGN_OR_RETURN(made.experiment_id, in.Text("experiment_id"));
  ASSIGN_OR_RETURN(made.start, in.Int("start_time"));
  ASSIGN_OR_RETURN(made.name, in.Text("run_name"));
  ASSIGN_OR_RETURN(made.user_id, in.Text("user_id"));
  ASSIGN_OR_RETURN(made.tags, in.KeyValues("tags"));
  for (std::size_t i = 0; i < made.tags.size(); ++i) {
    RETURN_IF_ERROR(CheckTag(made.tags[i], "tags[" + std::to_string(i) + "]"));
  }
  Truncate(made.name, kTagValueCharacters);  // it becomes a tag
  ASSIGN_OR_RETURN(const records::Run run, store->CreateRun(made));
  return RunJson(run, Outputs::kLeftOut);
}

Result<std::string> UpdateRun(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  records::RunChange change;
  change.status = ParseRunStatus(in.NameOrNumber("status"));
  ASSIGN_OR_RETURN(change.end, in.Int("end_time"));
  ASSIGN_OR_RETURN(change.name, in.Text("run_name"));
  Truncate(change.name, kTagValueCharacters);
  ASSIGN_OR_RETURN(const records::RunHeader info, store->UpdateRun(id, change));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("run_info");
  WriteRunInfo(json, info);
  json.EndObject();
  return body;
}

Result<std::string> GetRun(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  ASSIGN_OR_RETURN(const records::Run run, store->GetRun(id));
  return RunJson(run, Outputs::kShown);
}

Result<std::string> DeleteRun(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  RETURN_IF_ERROR(store->DeleteRun(id));
  return Nothing();
}

Result<std::string> RestoreRun(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.RunId());
  RETURN_IF_ERROR(store->RestoreRun(id));
  return Nothing();
}

Result<std::string> SearchRuns(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, in.Texts("experiment_ids"));
  ASSIGN_OR_RETURN(const std::size_t most, MaxRuns(in));
  ASSIGN_OR_RETURN(const records::SearchRequest search, ReadSearch(in, "run_view_type", most));
  if (ids.empty()) return Nothing();
  ASSIGN_OR_RETURN(const auto page, store->SearchRuns(ids, search));
  return PageJson(page, "runs",
                  [](JsonWriter& json, const records::Run& run) { WriteRun(json, run); });
}

}  // namespace mooring::api::mlflow
