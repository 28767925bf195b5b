#include "api/mlflow/registry/entities.h"

namespace mooring::api::mlflow {

using records::ModelVersion;
using records::RegisteredModel;

void WriteModelVersion(JsonWriter& json, const ModelVersion& version) {
  json.BeginObject().Member("name", version.model);
  json.Member("version", std::to_string(version.number));
  json.Member("creation_timestamp", version.created);
  json.Member("last_updated_timestamp", version.updated);
  MemberIfAny(json, "user_id", version.user);
  json.Member("current_stage", records::StageName(version.stage));
  json.Member("description", version.description).Member("source", version.source);
  json.Member("run_id", version.run_id).Member("status", "READY");
  json.Member("run_link", version.run_link);
  WriteKeyValues(json, "tags", version.tags);
  if (!version.aliases.empty()) {
    json.Key("aliases").BeginArray();
    for (const std::string& alias : version.aliases) json.Value(alias);
    json.EndArray();
  }
  json.EndObject();
}

void WriteRegisteredModel(JsonWriter& json, const RegisteredModel& model) {
  json.BeginObject().Member("name", model.name);
  json.Member("creation_timestamp", model.created);
  json.Member("last_updated_timestamp", model.updated);
  MemberIfAny(json, "user_id", model.user);
  MemberIfAny(json, "description", model.description);
  if (!model.latest.empty()) {
    json.Key("latest_versions").BeginArray();
    for (const ModelVersion& version : model.latest) WriteModelVersion(json, version);
    json.EndArray();
  }
  WriteKeyValues(json, "tags", model.tags);
  if (!model.aliases.empty()) {
    json.Key("aliases").BeginArray();
    for (const auto& [alias, number] : model.aliases) {
      json.BeginObject().Member("alias", alias);
      json.Member("version", std::to_string(number)).EndObject();
    }
    json.EndArray();
  }
  json.EndObject();
}

std::string RegisteredModelJson(const RegisteredModel& model) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("registered_model");
  WriteRegisteredModel(json, model);
  json.EndObject();
  return body;
}

std::string ModelVersionJson(const ModelVersion& version) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("model_version");
  WriteModelVersion(json, version);
  json.EndObject();
  return body;
}

std::string ModelVersionsJson(std::span<const ModelVersion> versions) {
  if (versions.empty()) return "{}";
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("model_versions").BeginArray();
  for (const ModelVersion& version : versions) WriteModelVersion(json, version);
  json.EndArray().EndObject();
  return body;
}

}  // namespace mooring::api::mlflow
