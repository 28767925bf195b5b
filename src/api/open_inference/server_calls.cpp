#include "api/open_inference/server_calls.h"

#include "api/decision/begin.h"
#include "base/text/json_writer.h"
#include "serving/validation.h"

namespace mooring::api::open_inference {
namespace {

bool ServerIsReady(const Api& api) {
  return (!api.use.ready || api.use.ready()) && api.use.snapshot() != nullptr;
}

void AnswerReadiness(const Call& call, bool ready, std::string body) {
  Response response;
  response.status = ready ? 200 : 503;
  response.body = std::move(body);
  call.Answer(std::move(response));
}

// The version that the path names, or the champion.
Result<std::shared_ptr<const serving::ServedVersion>> Named(const Call& call) {
  const std::string_view model = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", model));
  VersionNumber version = 0;
  if (!call.parameters[1].empty()) {
    ASSIGN_OR_RETURN(version, ParseVersion(model, call.parameters[1]));
  }
  return call.api->use.decider->Resolve(model, version);
}

void WriteTensor(JsonWriter& json, std::string_view name, data::Type type, std::size_t width) {
  json.BeginObject().Member("name", name).Member("datatype", DatatypeOf(type));
  json.Key("shape").BeginArray().Value(-1);
  if (width > 1) json.Value(width);
  json.EndArray().EndObject();
}

}  // namespace

std::string_view DatatypeOf(data::Type type) {
  switch (type) {
    case data::Type::kInt32: return "INT32";
    case data::Type::kInt64: return "INT64";
    case data::Type::kFloat32: return "FP32";
    case data::Type::kFloat64: return "FP64";
    case data::Type::kBool: return "BOOL";
    default: return "BYTES";
  }
}

void ServerMetadata(const Call& call) {
  call.AnswerJson(R"({"name":"mooring","version":")" MOORING_VERSION
                  R"(","extensions":["missing_values"]})");
}

void Live(const Call& call) { call.AnswerJson(R"({"live":true})"); }

void Ready(const Call& call) {
  const bool ready = ServerIsReady(*call.api);
  AnswerReadiness(call, ready,
                  ready ? R"({"live":true,"ready":true})" : R"({"live":true,"ready":false})");
}

void ModelReady(const Call& call) {
  const auto served = Named(call);
  if (!served.ok() && served.error().code() != Code::kUnavailable)
    return call.Refuse(served.error());
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("name", call.parameters[0]).Member("ready", served.ok()).EndObject();
  AnswerReadiness(call, served.ok(), std::move(body));
}

void ModelMetadata(const Call& call) {
  const auto served = Named(call);
  if (!served.ok()) return call.Refuse(served.error());
  const serving::ServedVersion& version = **served;
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("name", version.model).Key("versions").BeginArray();
  const auto snapshot = call.api->use.snapshot();
  if (const serving::ServedModel* model = snapshot ? snapshot->Find(version.model) : nullptr) {
    for (const auto& [number, loaded] : model->versions) json.Value(std::to_string(number));
  }
  json.EndArray().Member("platform", version.format).Key("inputs").BeginArray();
  for (const data::Field& field : version.shape->schema()->fields()) {
    WriteTensor(json, field.name, field.type, 1);
  }
  json.EndArray().Key("outputs").BeginArray();
  for (const auto& output : version.predictor->signature().outputs) {
    WriteTensor(json, output.name, output.type, output.width);
  }
  json.EndArray().EndObject();
  call.AnswerJson(std::move(body));
}

}  // namespace mooring::api::open_inference
