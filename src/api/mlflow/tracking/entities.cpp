#include "api/mlflow/tracking/entities.h"

namespace mooring::api::mlflow {
namespace {

using records::LoggedModelStatus;
using records::RunStatus;
using records::ViewType;

constexpr std::string_view kRunStatuses[] = {"RUNNING", "SCHEDULED", "FINISHED", "FAILED",
                                             "KILLED"};
constexpr std::string_view kModelStatuses[] = {"LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY",
                                               "LOGGED_MODEL_UPLOAD_FAILED"};
constexpr std::string_view kViewTypes[] = {"ACTIVE_ONLY", "DELETED_ONLY", "ALL"};

// The place of a name, or of its number in the protocol, which counts from 1.
std::optional<std::size_t> PlaceOf(std::span<const std::string_view> names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name || (name.size() == 1 && name[0] == static_cast<char>('1' + i))) return i;
  }
  return std::nullopt;
}

void WriteInputs(JsonWriter& json, const records::Run& run) {
  json.Key("inputs").BeginObject();
  if (!run.dataset_inputs.empty()) json.Key("dataset_inputs").BeginArray();
  for (const records::DatasetInput& input : run.dataset_inputs) {
    json.BeginObject();
    WriteKeyValues(json, "tags", input.tags);
    const records::Dataset& dataset = input.dataset;
    json.Key("dataset").BeginObject().Member("name", dataset.name);
    json.Member("digest", dataset.digest).Member("source_type", dataset.source_type);
    json.Member("source", dataset.source);
    MemberIfAny(json, "schema", dataset.schema);
    MemberIfAny(json, "profile", dataset.profile);
    json.EndObject().EndObject();
  }
  if (!run.dataset_inputs.empty()) json.EndArray();
  if (!run.model_inputs.empty()) json.Key("model_inputs").BeginArray();
  for (const std::string& model : run.model_inputs) {
    json.BeginObject().Member("model_id", model).EndObject();
  }
  if (!run.model_inputs.empty()) json.EndArray();
  json.EndObject();
}

void WriteOutputs(JsonWriter& json, const records::Run& run) {
  json.Key("outputs").BeginObject();
  if (!run.model_outputs.empty()) json.Key("model_outputs").BeginArray();
  for (const records::ModelOutput& output : run.model_outputs) {
    json.BeginObject().Member("model_id", output.model_id).Member("step", output.step).EndObject();
  }
  if (!run.model_outputs.empty()) json.EndArray();
  json.EndObject();
}

}  // namespace

void WriteExperiment(JsonWriter& json, const records::Experiment& experiment) {
  json.BeginObject().Member("experiment_id", experiment.id).Member("name", experiment.name);
  json.Member("artifact_location", experiment.artifact_location);
  json.Member("lifecycle_stage", LifecycleName(experiment.stage));
  json.Member("last_update_time", experiment.updated).Member("creation_time", experiment.created);
  WriteKeyValues(json, "tags", experiment.tags);
  json.EndObject();
}

void WriteRunInfo(JsonWriter& json, const records::RunHeader& info) {
  json.BeginObject().Member("run_uuid", info.id).Member("experiment_id", info.experiment_id);
  json.Member("run_name", info.name).Member("user_id", info.user_id);
  json.Member("status", RunStatusName(info.status));
  if (info.start) json.Member("start_time", *info.start);
  if (info.end) json.Member("end_time", *info.end);
  json.Member("artifact_uri", info.artifact_uri);
  json.Member("lifecycle_stage", LifecycleName(info.stage)).Member("run_id", info.id).EndObject();
}

void WriteMetric(JsonWriter& json, const records::Metric& metric) {
  json.BeginObject().Member("key", metric.key).Key("value");
  WriteDouble(json, metric.value);
  json.Member("timestamp", metric.timestamp).Member("step", metric.step);
  MemberIfAny(json, "dataset_name", metric.dataset_name);
  MemberIfAny(json, "dataset_digest", metric.dataset_digest);
  MemberIfAny(json, "model_id", metric.model_id);
  MemberIfAny(json, "run_id", metric.run_id);
  json.EndObject();
}

void WriteMetrics(JsonWriter& json, std::string_view key,
                  std::span<const records::Metric> metrics) {
  if (metrics.empty()) return;
  json.Key(key).BeginArray();
  for (const records::Metric& metric : metrics) WriteMetric(json, metric);
  json.EndArray();
}

void WriteRun(JsonWriter& json, const records::Run& run, Outputs outputs) {
  json.BeginObject().Key("info");
  WriteRunInfo(json, run.info);
  json.Key("data").BeginObject();
  WriteMetrics(json, "metrics", run.metrics);
  WriteKeyValues(json, "params", run.params);
  WriteKeyValues(json, "tags", run.tags);
  json.EndObject();
  WriteInputs(json, run);
  if (outputs == Outputs::kShown) WriteOutputs(json, run);
  json.EndObject();
}

void WriteLoggedModel(JsonWriter& json, const records::LoggedModel& model) {
  WriteLoggedModelWith(json, model, {});
}

void WriteLoggedModelWith(JsonWriter& json, const records::LoggedModel& model,
                          std::span<const records::VersionName> registrations) {
  json.BeginObject().Key("info").BeginObject().Member("model_id", model.id);
  json.Member("experiment_id", model.experiment_id).Member("name", model.name);
  json.Member("creation_timestamp_ms", model.created);
  json.Member("last_updated_timestamp_ms", model.updated);
  json.Member("artifact_uri", model.artifact_uri);
  json.Member("status", kModelStatuses[static_cast<std::size_t>(model.status) - 1]);
  json.Member("model_type", model.model_type);
  MemberIfAny(json, "source_run_id", model.source_run_id);
  MemberIfAny(json, "status_message", model.status_message);
  WriteKeyValues(json, "tags", model.tags);
  if (!registrations.empty()) json.Key("registrations").BeginArray();
  for (const records::VersionName& each : registrations) {
    json.BeginObject().Member("name", each.model);
    json.Member("version", std::to_string(each.number)).EndObject();
  }
  if (!registrations.empty()) json.EndArray();
  json.EndObject().Key("data").BeginObject();
  WriteKeyValues(json, "params", model.params);
  WriteMetrics(json, "metrics", model.metrics);
  json.EndObject().EndObject();
}

std::string_view RunStatusName(RunStatus status) {
  return kRunStatuses[static_cast<std::size_t>(status) - 1];
}

std::optional<RunStatus> ParseRunStatus(std::string_view name) {
  const auto place = PlaceOf(kRunStatuses, name);
  if (!place) return std::nullopt;
  return static_cast<RunStatus>(*place + 1);
}

std::optional<LoggedModelStatus> ParseLoggedModelStatus(std::string_view name) {
  const auto place = PlaceOf(kModelStatuses, name);
  if (!place) return std::nullopt;
  return static_cast<LoggedModelStatus>(*place + 1);
}

ViewType ParseViewType(std::string_view name) {
  return static_cast<ViewType>(PlaceOf(kViewTypes, name).value_or(0));
}

}  // namespace mooring::api::mlflow
