#include "api/open_inference/infer.h"

#include "api/decision/begin.h"
#include "api/decision/gate.h"
#include "api/decision/outputs.h"
#include "api/open_inference/server_calls.h"
#include "api/open_inference/tensor_rows.h"

namespace mooring::api::open_inference {
namespace {

using serving::DecisionAnswer;

bool Asked(const InferBody& body, std::string_view output) {
  return body.outputs.empty() ||
         std::find(body.outputs.begin(), body.outputs.end(), output) != body.outputs.end();
}

Status CheckOutputs(const serving::ServedVersion& served, const InferBody& body) {
  for (const std::string& name : body.outputs) {
    const auto& outputs = served.predictor->signature().outputs;
    const bool known = std::any_of(outputs.begin(), outputs.end(),
                                   [&](const auto& output) { return output.name == name; });
    if (known) continue;
    return Error(Code::kInvalidArgument,
                 "the model has no output '" + name.substr(0, limits::kNameBytes) + "'");
  }
  return Ok();
}

// What was given in the model's place; where every row is the model's, the outputs say it all.
void WriteAmounts(JsonWriter& json, const DecisionAnswer& answer) {
  const std::string& currency = answer.served->contract->decision.currency;
  if (currency.empty()) return;
  if (answer.rows.size() > 1) {
    json.Member("amounts_minor", GivenAmounts(answer));
  } else {
    const auto amount = GivenAmount(answer.rows[0].decision);
    json.Key("amount_minor");
    amount ? json.Value(*amount) : json.Null();
  }
  json.Member("currency", currency);
}

void WriteParameters(JsonWriter& json, const DecisionAnswer& answer) {
  json.Key("parameters").BeginObject().Member("decision_id", answer.rows[0].id.ToString());
  const auto verdict = answer.rows[0].decision.verdict;
  const bool same = std::all_of(answer.rows.begin(), answer.rows.end(),
                                [&](const auto& row) { return row.decision.verdict == verdict; });
  if (same) {
    json.Member("verdict", records::VerdictName(verdict));
  } else {
    std::string all;
    for (const auto& row : answer.rows) {
      if (!all.empty()) all += ',';
      all += records::VerdictName(row.decision.verdict);
    }
    json.Member("verdict", "mixed").Member("verdicts", all);
  }
  if (!same || verdict != records::Verdict::kAdmit) WriteAmounts(json, answer);
  json.Member("contract", answer.served->contract->hash);
  if (answer.replayed) json.Member("replayed", true);
  json.EndObject();
}

void WriteOutputs(JsonWriter& json, const DecisionAnswer& answer, const InferBody& body) {
  const std::size_t rows = answer.rows.size();
  std::size_t column = 0;
  json.Key("outputs").BeginArray();
  for (const auto& output : answer.served->predictor->signature().outputs) {
    const std::size_t first = column;
    column += output.width;
    if (!Asked(body, output.name)) continue;
    json.BeginObject().Member("name", output.name).Key("shape").BeginArray().Value(rows);
    if (output.width > 1) json.Value(output.width);
    json.EndArray().Member("datatype", DatatypeOf(output.type)).Key("data").BeginArray();
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < output.width; ++i) {
        WriteValue(json, answer.outputs.column(first + i), row);
      }
    }
    json.EndArray().EndObject();
  }
  json.EndArray();
}

std::string AnswerJson(const DecisionAnswer& answer, const InferBody& body) {
  std::string text;
  text.reserve(320 + answer.rows.size() * 16);
  JsonWriter json(text);
  json.BeginObject().Member("model_name", answer.served->model);
  json.Member("model_version", std::to_string(answer.served->number));
  if (body.has_id) json.Member("id", body.id);
  WriteParameters(json, answer);
  WriteOutputs(json, answer, body);
  json.EndObject();
  return text;
}

}  // namespace

void Infer(const Call& call) {
  if (!call.request->Header("Inference-Header-Content-Length").empty()) {
    return call.Refuse(Error(Code::kUnsupported, "binary tensor data is not served")
                           .Help("send the tensors' data as JSON"),
                       {}, 415);
  }
  auto begun = BeginDecision(call, call.parameters[0], call.parameters[1]);
  if (!begun.ok()) return call.Refuse(begun.error());
  serving::DecisionRequest& request = *begun;
  serving::RowBuilder rows(request.served, serving::Coercion::kStrict);
  auto body = ReadInferBody(call.request->body, rows);
  if (!body.ok()) return call.Refuse(body.error());
  if (const Status known = CheckOutputs(*request.served, *body); !known.ok()) {
    return call.Refuse(known.error());
  }
  if (rows.rows() == 0)
    return call.Refuse(Error(Code::kInvalidArgument, "the inputs have no rows"));
  rows.Finish(request);
  call.api->use.decider->Decide(
      std::move(request), [call, body = std::move(*body)](const DecisionAnswer& answer) {
        if (!answer.status.ok()) {
          return call.Refuse(answer.status.error(), {answer.problems, answer.unlisted_problems});
        }
        call.Answer(DecisionResponse(call, answer, AnswerJson(answer, body)));
      });
}

}  // namespace mooring::api::open_inference
