#include "api/native/models.h"

#include "api/decision/begin.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

using records::Registry;
using records::VersionRecord;

std::string_view StateName(VersionRecord::State state) {
  switch (state) {
    case VersionRecord::State::kRefused: return "refused";
    case VersionRecord::State::kArchived: return "archived";
    default: return "candidate";
  }
}

// Text of JSON that the registry keeps, or null when there is none or it is damaged.
void WriteStoredJson(JsonWriter& json, std::string_view key, const std::string& text) {
  json.Key(key);
  if (text.empty() || !Json::Parse(text).ok()) {
    json.Null();
  } else {
    json.Raw(text);
  }
}

void WriteModel(JsonWriter& json, const records::ModelRecord& model) {
  json.Member("name", model.name).Member("purpose", model.purpose).Key("owner").BeginObject();
  json.Member("team", model.owner_team).Member("person", model.owner_person).EndObject();
  json.Member("created", FormatTime(model.created)).Member("contract", model.contract_hash);
}

void WriteVersion(JsonWriter& json, const VersionRecord& version) {
  json.BeginObject().Member("model", version.model).Member("version", version.number);
  json.Member("format", version.format).Member("state", StateName(version.state));
  json.Member("state_reason", version.state_reason).Member("created", FormatTime(version.created));
  json.Member("author", version.author).Member("source", version.source);
  json.Member("training_data", version.training_data).Member("artifact", version.artifact_blob);
  json.Member("artifact_name", version.artifact_name).Member("contract", version.contract_hash);
  WriteStoredJson(json, "signature", version.signature_json);
  WriteStoredJson(json, "metrics", version.metrics_json);
  WriteStoredJson(json, "validation", version.validation_json);
  json.EndObject();
}

void WriteLoaded(JsonWriter& json, const Call& call, std::string_view name) {
  const auto snapshot = call.api->use.snapshot();
  const serving::ServedModel* served = snapshot ? snapshot->Find(name) : nullptr;
  json.Key("serving");
  if (served == nullptr) {
    json.Null();
    return;
  }
  json.BeginObject().Key("champion");
  served->champion ? json.Value(served->champion->number) : json.Null();
  json.Key("loaded").BeginArray();
  for (const auto& [number, version] : served->versions) json.Value(number);
  json.EndArray().Key("problem");
  if (served->problem) {
    json.BeginObject().Member("version", served->problem->version);
    json.Member("message", served->problem->message).EndObject();
  } else {
    json.Null();
  }
  json.EndObject();
}

Result<std::string> ModelsJson(const Call& call) {
  ASSIGN_OR_RETURN(Registry* const registry, RegistryOf(call));
  ASSIGN_OR_RETURN(const auto models, registry->Models());
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("models").BeginArray();
  for (const records::ModelRecord& model : models) {
    if (!call.principal->Sees(model.name)) continue;
    json.BeginObject();
    WriteModel(json, model);
    WriteLoaded(json, call, model.name);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return body;
}

Result<std::string> ModelJson(const Call& call) {
  const std::string_view name = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", name));
  ASSIGN_OR_RETURN(Registry* const registry, RegistryOf(call));
  ASSIGN_OR_RETURN(const records::ModelRecord model, registry->Model(name));
  ASSIGN_OR_RETURN(const auto aliases, registry->Aliases(name));
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  WriteModel(json, model);
  json.Key("aliases").BeginObject();
  for (const auto& [alias, version] : aliases) json.Member(alias, version);
  json.EndObject();
  WriteLoaded(json, call, name);
  json.EndObject();
  return body;
}

Result<std::string> VersionsJson(const Call& call) {
  const std::string_view name = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", name));
  ASSIGN_OR_RETURN(Registry* const registry, RegistryOf(call));
  ASSIGN_OR_RETURN(const records::ModelRecord model, registry->Model(name));
  ASSIGN_OR_RETURN(const auto versions, registry->Versions(name));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("model", model.name).Key("versions").BeginArray();
  for (const VersionRecord& version : versions) WriteVersion(json, version);
  json.EndArray().EndObject();
  return body;
}

Result<std::string> VersionJson(const Call& call) {
  const std::string_view name = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", name));
  ASSIGN_OR_RETURN(const VersionNumber number, ParseVersion(name, call.parameters[1]));
  ASSIGN_OR_RETURN(Registry* const registry, RegistryOf(call));
  ASSIGN_OR_RETURN(const VersionRecord version, registry->Version(name, number));
  std::string body;
  JsonWriter json(body);
  WriteVersion(json, version);
  return body;
}

Result<std::string> DesiredJson(const Call& call) {
  ASSIGN_OR_RETURN(Registry* const registry, RegistryOf(call));
  ASSIGN_OR_RETURN(const records::DesiredState desired, registry->Desired());
  const auto snapshot = call.api->use.snapshot();
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("revision", desired.revision);
  json.Member("served_revision", snapshot ? snapshot->revision : 0).Key("routes").BeginArray();
  for (const records::ModelRoute& route : desired.routes) {
    if (!call.principal->Sees(route.model)) continue;
    json.BeginObject().Member("model", route.model).Member("champion", route.champion);
    json.Member("previous", route.previous).Member("contract", route.contract_hash);
    json.Member("revision", route.revision).EndObject();
  }
  json.EndArray().EndObject();
  return body;
}

}  // namespace

Result<records::Registry*> RegistryOf(const Call& call) {
  if (call.api->use.registry != nullptr) return call.api->use.registry;
  return Error(Code::kUnavailable, "this server runs without a registry");
}

void AnswerFromRegistry(const Call& call, Result<std::string> (*find)(const Call&)) {
  AnswerAside(call, call.api->use.administer, find);
}

void ListModels(const Call& call) { AnswerFromRegistry(call, ModelsJson); }
void ShowModel(const Call& call) { AnswerFromRegistry(call, ModelJson); }
void ListVersions(const Call& call) { AnswerFromRegistry(call, VersionsJson); }
void ShowVersion(const Call& call) { AnswerFromRegistry(call, VersionJson); }
void ShowDesired(const Call& call) { AnswerFromRegistry(call, DesiredJson); }

}  // namespace mooring::api
