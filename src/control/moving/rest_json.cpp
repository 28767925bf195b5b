#include "control/moving/rest_json.h"

#include <limits>

#include "control/moving/mlflow_files.h"

namespace mooring::control {
namespace {

std::vector<records::KeyValue> PairsIn(const Json& json, std::string_view key) {
  std::vector<records::KeyValue> pairs;
  for (const Json& pair : ListIn(json, key)) {
    pairs.push_back({TextIn(pair, "key"), TextIn(pair, "value")});
  }
  return pairs;
}

records::Lifecycle StageIn(const Json& json) {
  return TextIn(json, "lifecycle_stage") == "deleted" ? records::Lifecycle::kDeleted
                                                      : records::Lifecycle::kActive;
}

records::RunStatus StatusOf(std::string_view text) {
  constexpr std::string_view kNames[] = {"RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == text) return static_cast<records::RunStatus>(i + 1);
  }
  return records::RunStatus::kRunning;
}

double RealIn(const Json& json, std::string_view key) {
  const Json* member = json.Find(key);
  if (member == nullptr) return 0;  // a proto3 zero is left out
  if (const auto number = member->AsDouble(); number.ok()) return *number;
  const auto text = member->AsString();
  if (text.ok() && *text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text.ok() && *text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::string TextIn(const Json& json, std::string_view key) {
  const Json* member = json.Find(key);
  if (member == nullptr) return "";
  if (const auto text = member->AsString(); text.ok()) return std::string(*text);
  if (const auto number = member->AsInt(); number.ok()) return std::to_string(*number);
  return "";
}

std::optional<std::int64_t> IntIn(const Json& json, std::string_view key) {
  return WholeNumber(TextIn(json, key));
}

const Json::Array& ListIn(const Json& json, std::string_view key) {
  static const Json::Array none;
  const Json* member = json.Find(key);
  if (member == nullptr || !member->IsArray()) return none;
  return *member->AsArray().value();
}

const Json& ObjectIn(const Json& json, std::string_view key) {
  static const Json none;
  const Json* member = json.Find(key);
  return member == nullptr ? none : *member;
}

records::Experiment ExperimentOf(const Json& json) {
  return {.id = TextIn(json, "experiment_id"),
          .name = TextIn(json, "name"),
          .artifact_location = TextIn(json, "artifact_location"),
          .stage = StageIn(json),
          .created = IntIn(json, "creation_time").value_or(0),
          .updated = IntIn(json, "last_update_time").value_or(0),
          .tags = PairsIn(json, "tags")};
}

records::Metric MetricOf(const Json& json) {
  records::Metric metric;
  metric.value = RealIn(json, "value");
  metric.timestamp = IntIn(json, "timestamp").value_or(0);
  metric.step = IntIn(json, "step").value_or(0);
  metric.key = TextIn(json, "key");
  metric.model_id = TextIn(json, "model_id");
  metric.dataset_name = TextIn(json, "dataset_name");
  metric.dataset_digest = TextIn(json, "dataset_digest");
  metric.run_id = TextIn(json, "run_id");
  return metric;
}

records::Run RunOf(const Json& json) {
  const Json& info = ObjectIn(json, "info");
  const Json& data = ObjectIn(json, "data");
  records::Run run;
  run.info = {.id = TextIn(info, "run_id"),
              .name = TextIn(info, "run_name"),
              .experiment_id = TextIn(info, "experiment_id"),
              .user_id = TextIn(info, "user_id"),
              .artifact_uri = TextIn(info, "artifact_uri"),
              .status = StatusOf(TextIn(info, "status")),
              .stage = StageIn(info),
              .start = IntIn(info, "start_time"),
              .end = IntIn(info, "end_time")};
  if (run.info.id.empty()) run.info.id = TextIn(info, "run_uuid");
  run.params = PairsIn(data, "params");
  run.tags = PairsIn(data, "tags");
  for (const Json& metric : ListIn(data, "metrics")) run.metrics.push_back(MetricOf(metric));
  const Json& inputs = ObjectIn(json, "inputs");
  for (const Json& input : ListIn(inputs, "dataset_inputs")) {
    const Json& dataset = ObjectIn(input, "dataset");
    run.dataset_inputs.push_back({.dataset = {.name = TextIn(dataset, "name"),
                                              .digest = TextIn(dataset, "digest"),
                                              .source_type = TextIn(dataset, "source_type"),
                                              .source = TextIn(dataset, "source"),
                                              .schema = TextIn(dataset, "schema"),
                                              .profile = TextIn(dataset, "profile")},
                                  .tags = PairsIn(input, "tags")});
  }
  for (const Json& model : ListIn(inputs, "model_inputs")) {
    run.model_inputs.push_back(TextIn(model, "model_id"));
  }
  for (const Json& model : ListIn(ObjectIn(json, "outputs"), "model_outputs")) {
    run.model_outputs.push_back(
        {.model_id = TextIn(model, "model_id"), .step = IntIn(model, "step").value_or(0)});
  }
  return run;
}

records::LoggedModel LoggedModelOf(const Json& json) {
  const Json& info = ObjectIn(json, "info");
  const Json& data = ObjectIn(json, "data");
  const std::string status = TextIn(info, "status");
  records::LoggedModel model{.id = TextIn(info, "model_id"),
                             .experiment_id = TextIn(info, "experiment_id"),
                             .name = TextIn(info, "name"),
                             .artifact_uri = TextIn(info, "artifact_uri"),
                             .model_type = TextIn(info, "model_type"),
                             .source_run_id = TextIn(info, "source_run_id"),
                             .status_message = TextIn(info, "status_message"),
                             .created = IntIn(info, "creation_timestamp_ms").value_or(0),
                             .updated = IntIn(info, "last_updated_timestamp_ms").value_or(0),
                             .params = PairsIn(data, "params"),
                             .tags = PairsIn(info, "tags")};
  if (status.ends_with("READY")) model.status = records::LoggedModelStatus::kReady;
  if (status.ends_with("FAILED")) model.status = records::LoggedModelStatus::kUploadFailed;
  for (const Json& metric : ListIn(data, "metrics")) model.metrics.push_back(MetricOf(metric));
  return model;
}

records::RegisteredModel RegisteredModelOf(const Json& json) {
  records::RegisteredModel model;
  model.name = TextIn(json, "name");
  model.description = TextIn(json, "description");
  model.user = TextIn(json, "user_id");
  model.tags = PairsIn(json, "tags");
  model.created = IntIn(json, "creation_timestamp").value_or(0);
  model.updated = IntIn(json, "last_updated_timestamp").value_or(0);
  for (const Json& alias : ListIn(json, "aliases")) {
    const auto number = IntIn(alias, "version").value_or(0);
    if (number > 0) {
      model.aliases.emplace_back(TextIn(alias, "alias"), static_cast<VersionNumber>(number));
    }
  }
  return model;
}

SourceVersion VersionOf(const Json& json) {
  SourceVersion version;
  version.model = TextIn(json, "name");
  version.number = static_cast<VersionNumber>(IntIn(json, "version").value_or(0));
  version.source = TextIn(json, "source");
  version.run_id = TextIn(json, "run_id");
  version.run_link = TextIn(json, "run_link");
  version.description = TextIn(json, "description");
  version.model_id = TextIn(json, "model_id");
  version.user = TextIn(json, "user_id");
  version.tags = PairsIn(json, "tags");
  version.created = IntIn(json, "creation_timestamp").value_or(0);
  version.updated = IntIn(json, "last_updated_timestamp").value_or(0);
  const auto stage = records::ParseStage(TextIn(json, "current_stage"));
  version.stage = stage.ok() ? *stage : records::Stage::kNone;
  return version;
}

}  // namespace mooring::control
