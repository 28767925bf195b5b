#include "api/native/decide.h"

#include <cmath>

#include "api/decision/begin.h"
#include "api/decision/gate.h"
#include "api/decision/outputs.h"
#include "api/http/target.h"
#include "records/journal/told_hit.h"
#include "serving/decision_policy.h"
#include "serving/stop_limits/minor_text.h"

namespace mooring::api {
namespace {

using serving::Coercion;
using serving::RowBuilder;
constexpr Coercion kStrict = Coercion::kStrict;

void ReadRows(JsonPull& json, RowBuilder& rows) {
  if (json.Peek() == JsonPull::Kind::kObject) {
    rows.BeginRow();
    PutRow(json, rows, kStrict);
    return rows.EndRow();
  }
  if (json.Peek() != JsonPull::Kind::kArray) {
    json.Fail("'inputs' is an object of one row or an array of them");
    return;
  }
  json.EnterArray();
  while (json.NextElement()) {
    if (!rows.BeginRow()) {
      json.Fail("there are more rows than a request may have");
      return;
    }
    PutRow(json, rows, kStrict);
    rows.EndRow();
  }
}

void ReadColumns(JsonPull& json, RowBuilder& rows) {
  if (!json.EnterObject()) return;
  for (std::string_view name; json.NextKey(name);) {
    std::size_t column = rows.FindColumn(name);
    if (!rows.BeginColumn(column)) column = RowBuilder::kNoColumn;
    if (!json.EnterArray()) return;
    for (std::size_t count = 0; json.NextElement(); ++count) {
      if (count == limits::kRowsPerRequest) {
        json.Fail("there are more rows than a request may have");
        return;
      }
      PutCell(json, rows, column, kStrict);
    }
  }
}

Status ReadBody(const Call& call, RowBuilder& rows, serving::DecisionRequest& request) {
  JsonPull json(call.request->body);
  std::string request_id;
  bool has_rows = false, has_id = false;
  if (json.EnterObject()) {
    for (std::string_view key; json.NextKey(key);) {
      if (key == "inputs" || key == "columns") {
        if (has_rows) json.Fail("the rows are there twice");
        has_rows = true;
        key == "inputs" ? ReadRows(json, rows) : ReadColumns(json, rows);
      } else if (key == "request_id") {
        JsonPull::Scalar id;
        if (has_id) json.Fail("'request_id' is there twice");
        has_id = true;
        if (json.Read(id) && id.kind != JsonPull::Kind::kText) json.Fail("'request_id' is a text");
        request_id = id.text;
      } else {
        json.Fail("a key that is none of inputs, columns, request_id");
      }
    }
  }
  RETURN_IF_ERROR(json.Finish());
  if (!has_rows) {
    return Error(Code::kInvalidArgument, "the body has no rows")
        .Help("send {\"inputs\": {…}}, {\"inputs\": [{…}]} or {\"columns\": {…}}");
  }
  if (has_id) RETURN_IF_ERROR(SetRequestId(call, request_id, request));
  return Ok();
}

// Names of the inputs whose value the contract's default replaced; `next` walks answer.imputed.
void WriteImputed(JsonWriter& json, const serving::DecisionAnswer& answer, std::size_t row,
                  std::size_t& next) {
  const auto here = [&] { return next < answer.imputed.size() && answer.imputed[next].row == row; };
  if (!here()) return;
  json.Key("imputed").BeginArray();
  for (; here(); ++next) {
    json.Value(answer.served->shape->schema()->field(answer.imputed[next].column).name);
  }
  json.EndArray();
}

void WriteMinor(JsonWriter& json, std::string_view key, std::optional<std::int64_t> minor,
                unsigned digits) {
  json.Key(key);
  minor ? json.Value(serving::MinorText(*minor, digits)) : json.Null();
}

// The limits that the row hit: which, how far it was, where it stops, what that comes to, when it
// may pass again.
void WriteHits(JsonWriter& json, const serving::DecisionAnswer& answer, std::size_t row) {
  bool any = false;
  for (const records::LimitHit& hit : answer.limit_hits) {
    if (hit.row != row) continue;
    if (!any) json.Key("limit_hits").BeginArray();
    any = true;
    json.BeginObject().Member("limit", hit.limit);
    const records::LimitRule* const rule = answer.served->contract->FindLimit(hit.limit);
    const records::ToldHit told =
        Tell(hit, rule == nullptr ? std::optional<records::LimitKind>() : rule->kind);
    WriteMinor(json, "current", told.current, hit.digits);
    WriteMinor(json, "threshold", told.threshold, hit.digits);
    json.Member("state", told.state);
    if (hit.resets != 0) json.Member("resets", FormatTime(Time(Micros(hit.resets))));
    if (hit.latched) json.Member("latched", true);
    if (hit.advisory) json.Member("advisory", true);
    json.EndObject();
  }
  if (any) json.EndArray();
}

void WriteDecision(JsonWriter& json, const serving::DecisionAnswer& answer, std::size_t row,
                   std::size_t& next_imputed) {
  const serving::DecidedRow& decided = answer.rows[row];
  const records::RowDecision& decision = decided.decision;
  json.BeginObject().Member("id", decided.id.ToString());
  json.Member("verdict", records::VerdictName(decision.verdict)).Member("score", decision.score);
  const std::string& currency = answer.served->contract->decision.currency;
  if (!currency.empty()) {
    // A row that gave no value gave no amount either: 0 would be a price.
    const auto amount = GivenAmount(decision);
    json.Key("amount_minor");
    amount ? json.Value(*amount) : json.Null();
    json.Member("currency", currency);
  }
  if (decision.reason != 0) json.Member("reason", serving::ReasonName(decision.reason));
  if (decision.flagged) json.Member("flagged", true);
  WriteImputed(json, answer, row, next_imputed);
  WriteHits(json, answer, row);
  json.Key("outputs").BeginObject();
  for (std::size_t i = 0; i < answer.outputs.width(); ++i) {
    json.Key(answer.outputs.schema().field(i).name);
    WriteValue(json, answer.outputs.column(i), row);
  }
  json.EndObject().EndObject();
}

}  // namespace

std::string DecisionJson(const serving::DecisionAnswer& answer, std::string_view request_id) {
  std::string body;
  body.reserve(256 + answer.rows.size() * 128);
  JsonWriter json(body);
  json.BeginObject().Member("model", answer.served->model).Member("version", answer.served->number);
  json.Member("contract", answer.served->contract->hash);
  if (!request_id.empty()) json.Member("request_id", request_id);
  if (answer.replayed) json.Member("replayed", true);
  json.Member("latency_us", answer.latency_us).Key("decisions").BeginArray();
  std::size_t next_imputed = 0;
  for (std::size_t row = 0; row < answer.rows.size(); ++row) {
    WriteDecision(json, answer, row, next_imputed);
  }
  json.EndArray().EndObject();
  return body;
}

void Decide(const Call& call) {
  const std::string version = QueryValue(call.request->query, "version");
  auto begun = BeginDecision(call, call.parameters[0], version);
  if (!begun.ok()) return call.Refuse(begun.error());
  serving::DecisionRequest& request = *begun;
  RowBuilder rows(request.served, kStrict);
  if (const Status read = ReadBody(call, rows, request); !read.ok())
    return call.Refuse(read.error());
  if (rows.rows() == 0) return call.Refuse(Error(Code::kInvalidArgument, "the body has no rows"));
  rows.Finish(request);
  std::string id = request.request_id;
  call.api->use.decider->Decide(
      std::move(request), [call, id = std::move(id)](const serving::DecisionAnswer& answer) {
        if (!answer.status.ok()) {
          return call.Refuse(answer.status.error(), {answer.problems, answer.unlisted_problems});
        }
        call.Answer(DecisionResponse(call, answer, DecisionJson(answer, id)));
      });
}

}  // namespace mooring::api
