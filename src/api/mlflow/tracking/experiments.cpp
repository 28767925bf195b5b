#include "api/mlflow/tracking/experiments.h"

#include "api/mlflow/tracking/entities.h"
#include "api/mlflow/tracking/page.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"
#include "api/mlflow/wire/names.h"

namespace mooring::api::mlflow {
namespace {

using records::KeyValue;
using records::TrackingStore;

constexpr std::size_t kExperimentsOfDatasets = 20, kDatasets = 1000;

Status CheckExperimentTag(const KeyValue& tag) {
  RETURN_IF_ERROR(CheckKey(tag.key, "key", "key"));
  return CheckLength(tag.value, kExperimentTagCharacters, "value");
}

std::string ExperimentJson(const records::Experiment& experiment) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("experiment");
  WriteExperiment(json, experiment);
  json.EndObject();
  return body;
}

}  // namespace

Result<std::string> CreateExperiment(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  records::NewExperiment made;
  ASSIGN_OR_RETURN(made.name, in.Required("name"));
  ASSIGN_OR_RETURN(made.artifact_location, in.Text("artifact_location"));
  ASSIGN_OR_RETURN(made.tags, in.KeyValues("tags"));
  RETURN_IF_ERROR(CheckLength(made.name, kExperimentNameCharacters, "name"));
  RETURN_IF_ERROR(
      CheckArtifactLocation(made.artifact_location, call.api->use.mlflow_file_locations));
  for (const KeyValue& tag : made.tags) RETURN_IF_ERROR(CheckExperimentTag(tag));
  ASSIGN_OR_RETURN(const std::string id, store->CreateExperiment(made));
  std::string body;
  JsonWriter(body).BeginObject().Member("experiment_id", id).EndObject();
  return body;
}

Result<std::string> GetExperiment(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.Required("experiment_id"));
  ASSIGN_OR_RETURN(const records::Experiment experiment, store->GetExperiment(id));
  return ExperimentJson(experiment);
}

Result<std::string> GetExperimentByName(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string name, in.Required("experiment_name"));
  ASSIGN_OR_RETURN(const records::Experiment experiment, store->GetExperimentByName(name));
  return ExperimentJson(experiment);
}

Result<std::string> SearchExperiments(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::size_t most, in.MaxResults(kDefaultResults, kMostResults));
  ASSIGN_OR_RETURN(const records::SearchRequest search, ReadSearch(in, "view_type", most));
  ASSIGN_OR_RETURN(const auto page, store->SearchExperiments(search));
  return PageJson(page, "experiments", WriteExperiment);
}

Result<std::string> UpdateExperiment(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.Required("experiment_id"));
  ASSIGN_OR_RETURN(const std::string name, in.Required("new_name"));
  RETURN_IF_ERROR(CheckLength(name, kExperimentNameCharacters, "name"));
  RETURN_IF_ERROR(store->RenameExperiment(id, name));
  return Nothing();
}

Result<std::string> DeleteExperiment(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.Required("experiment_id"));
  RETURN_IF_ERROR(store->DeleteExperiment(id));
  return Nothing();
}

Result<std::string> RestoreExperiment(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.Required("experiment_id"));
  RETURN_IF_ERROR(store->RestoreExperiment(id));
  return Nothing();
}

Result<std::string> SetExperimentTag(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.Required("experiment_id"));
  KeyValue tag;
  ASSIGN_OR_RETURN(tag.key, in.Required("key"));
  ASSIGN_OR_RETURN(tag.value, in.Text("value"));
  RETURN_IF_ERROR(CheckExperimentTag(tag));
  RETURN_IF_ERROR(store->SetExperimentTag(id, tag));
  return Nothing();
}

Result<std::string> DeleteExperimentTag(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string id, in.Required("experiment_id"));
  ASSIGN_OR_RETURN(const std::string key, in.Required("key"));
  RETURN_IF_ERROR(store->DeleteExperimentTag(id, key));
  return Nothing();
}

Result<std::string> SearchDatasets(const Call& call) {
  ASSIGN_OR_RETURN(TrackingStore* const store, TrackingOf(call));
  ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, in.Texts("experiment_ids"));
  if (ids.empty()) {
    return Invalid("SearchDatasets request must specify at least one experiment_id.");
  }
  if (ids.size() > kExperimentsOfDatasets) {
    return Invalid("SearchDatasets request cannot specify more than " +
                   std::to_string(kExperimentsOfDatasets) + " experiment_ids. Received " +
                   std::to_string(ids.size()) + " experiment_ids.");
  }
  ASSIGN_OR_RETURN(const auto found, store->SearchDatasets(ids, kDatasets));
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  if (!found.empty()) json.Key("dataset_summaries").BeginArray();
  for (const TrackingStore::DatasetSummary& each : found) {
    json.BeginObject().Member("experiment_id", each.experiment_id).Member("name", each.name);
    json.Member("digest", each.digest);
    MemberIfAny(json, "context", each.context);
    json.EndObject();
  }
  if (!found.empty()) json.EndArray();
  json.EndObject();
  return body;
}

}  // namespace mooring::api::mlflow
