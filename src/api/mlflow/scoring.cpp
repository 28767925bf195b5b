#include "api/mlflow/scoring.h"

#include "api/decision/begin.h"
#include "api/decision/gate.h"
#include "api/decision/outputs.h"
#include "api/mlflow/frame.h"
#include "serving/validation.h"

namespace mooring::api::mlflow {
namespace {

using serving::DecisionAnswer;

std::string_view MlflowType(data::Type type) {
  switch (type) {
    case data::Type::kInt32: return "integer";
    case data::Type::kInt64: return "long";
    case data::Type::kFloat32: return "float";
    case data::Type::kFloat64: return "double";
    case data::Type::kBool: return "boolean";
    case data::Type::kTimestamp: return "datetime";
    default: return "string";
  }
}

// "['age': long (required), 'income': double (optional)]"
std::string SchemaText(const data::Schema& schema) {
  std::string text = "[";
  for (const data::Field& field : schema.fields()) {
    if (text.size() > 1) text += ", ";
    text += "'" + field.name + "': ";
    text += MlflowType(field.type);
    text += field.nullable ? " (optional)" : " (required)";
  }
  return text + "]";
}

// Why rows were refused, in MLflow's words.
Response RefusedRows(const serving::ServedVersion& served, const DecisionAnswer& answer) {
  const auto& problems = answer.problems;
  std::string missing;
  for (const serving::RowProblem& problem : problems) {
    // A value that could not be cast leaves an empty slot, which is missing as well: the cast is
    // the news.
    const bool other = std::any_of(problems.begin(), problems.end(), [&](const auto& one) {
      return one.rule != "missing" && one.feature == problem.feature;
    });
    if (other || missing.find("'" + problem.feature + "'") != missing.npos) continue;
    missing += (missing.empty() ? "'" : ", '") + problem.feature + "'";
  }
  const serving::RowProblem& first = problems.front();
  if (!missing.empty()) {
    return MlflowProblem(
        400, "INVALID_PARAMETER_VALUE",
        "Failed to predict data. \nError: Failed to enforce schema of data with schema '" +
            SchemaText(*served.shape->schema()) + "'. Error: Model is missing inputs [" + missing +
            "].");
  }
  if (first.rule == "duplicate") {
    return MlflowProblem(400, "INVALID_PARAMETER_VALUE",
                         "Failed to enforce schema of data with schema '" +
                             SchemaText(*served.shape->schema()) + "'. Error: " + first.message);
  }
  return MlflowProblem(
      400, "BAD_REQUEST",
      "Invalid input. Data is not compatible with model signature. Failed to convert "
      "column " +
          first.feature + " of row " + std::to_string(first.row) + ". Error: '" + first.message +
          "'");
}

void WritePrediction(JsonWriter& json, const DecisionAnswer& answer, std::size_t row,
                     std::size_t width) {
  const records::RowDecision& decision = answer.rows[row].decision;
  if (decision.verdict != records::Verdict::kAdmit) {
    json.Value(decision.score);
    return;
  }
  if (width == 1) return WriteValue(json, answer.outputs.column(0), row, true);
  json.BeginArray();
  for (std::size_t i = 0; i < width; ++i) WriteValue(json, answer.outputs.column(i), row, true);
  json.EndArray();
}

std::string PredictionsJson(const DecisionAnswer& answer) {
  std::string body;
  body.reserve(32 + answer.rows.size() * 24);
  JsonWriter json(body);
  json.BeginObject().Key("predictions").BeginArray();
  const auto& outputs = answer.served->predictor->signature().outputs;
  const std::size_t width = outputs.empty() ? 0 : outputs[0].width;
  for (std::size_t row = 0; row < answer.rows.size(); ++row)
    WritePrediction(json, answer, row, width);
  json.EndArray().EndObject();
  return body;
}

void AnswerText(const Call& call, int status, std::string_view type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = type;
  response.body = std::move(body);
  call.Answer(std::move(response));
}

// False when the type was refused.
bool CheckType(const Call& call, bool& csv) {
  const std::string_view type = call.request->content_type, charset = call.request->charset;
  csv = type == "text/csv";
  if (!csv && type != "application/json") {
    AnswerText(call, 415, "text/plain; charset=utf-8",
               "This predictor only supports the following content types: Types: ['text/csv', "
               "'application/json'].");
    return false;
  }
  if (!charset.empty() && charset != "utf-8" && charset != "utf8") {
    AnswerText(call, 415, "text/plain; charset=utf-8", "The scoring server only supports UTF-8");
    return false;
  }
  return true;
}

void InvokeModel(const Call& call, std::string_view model) {
  bool csv = false;
  if (!CheckType(call, csv)) return;
  auto begun = BeginDecision(call, model, "");
  if (!begun.ok()) return call.Refuse(begun.error());
  serving::DecisionRequest& request = *begun;
  const auto served = request.served;
  serving::RowBuilder rows(served, serving::Coercion::kMlflow);
  const Status read =
      csv ? ReadCsvFrame(call.request->body, rows) : ReadJsonFrame(call.request->body, rows);
  if (!read.ok()) return call.Refuse(read.error());
  const bool empty = rows.rows() == 0;
  rows.Finish(request);
  // No rows are no decision: nothing to validate, predict or record.
  if (empty && request.problems.empty()) return call.AnswerJson("{\"predictions\":[]}");
  call.api->use.decider->Decide(std::move(request), [call, served](const DecisionAnswer& answer) {
    if (answer.status.ok()) {
      return call.Answer(DecisionResponse(call, answer, PredictionsJson(answer)));
    }
    if (answer.problems.empty()) return call.Refuse(answer.status.error());
    call.Answer(RefusedRows(*served, answer));
  });
}

// The name of the one model with a champion that the caller sees (null: anybody); "" when there is
// none or another.
std::string OnlyModel(const Api& api, const records::Principal* caller) {
  const auto snapshot = api.use.snapshot();
  if (snapshot == nullptr) return "";
  std::string name;
  for (const auto& [model, served] : snapshot->models) {
    if (served.champion == nullptr || (caller != nullptr && !caller->Sees(model))) continue;
    if (!name.empty()) return "";
    name = model;
  }
  return name;
}

}  // namespace

void Invoke(const Call& call) { InvokeModel(call, call.parameters[0]); }

void InvokeOnly(const Call& call) {
  const std::string model = OnlyModel(*call.api, call.principal.get());
  if (!model.empty() && !call.principal->May(records::Permission::kPredict, model)) {
    return call.Refuse(Error(Code::kPermissionDenied, "you may not ask this model"));
  }
  if (!model.empty()) return InvokeModel(call, model);
  call.Refuse(Error(Code::kNotFound, "not exactly one model is served here")
                  .Help("use /serving-endpoints/{model}/invocations"));
}

void Health(const Call& call) {
  if (call.api->use.tracking == nullptr) return Ping(call);
  AnswerText(call, 200, "text/html; charset=utf-8", "OK");
}

void Ping(const Call& call) {
  const bool one = !OnlyModel(*call.api, nullptr).empty();
  AnswerText(call, one ? 200 : 404, "application/json", "\n");
}

void Version(const Call& call) { AnswerText(call, 200, "application/json", MOORING_VERSION); }

}  // namespace mooring::api::mlflow
