#include "control/limits/limit_json.h"

#include <algorithm>

#include "base/limits.h"
#include "records/contract/value.h"

namespace mooring::control {
namespace {

using records::LimitChange;
using records::RampStep;

// null for a time that has not come.
void WriteTime(JsonWriter& json, std::string_view key, Time time) {
  json.Key(key);
  time == Time() ? json.Null() : json.Value(FormatTime(time));
}

// Exact: a text, or a whole number; what JSON calls a number else is not.
Result<std::string> MaxOf(const Json& body) {
  const Json* const max = body.Find("max");
  if (max == nullptr) return std::string();
  if (max->IsInteger()) {
    ASSIGN_OR_RETURN(const std::uint64_t whole, max->AsUint());
    return std::to_string(whole);
  }
  if (!max->IsString()) {
    return Error(Code::kInvalidArgument, "max is a text, so that it stays exact: \"0.25\"");
  }
  ASSIGN_OR_RETURN(const std::string_view text, max->AsString());
  if (text.size() > limits::kNameBytes) return Error(Code::kInvalidArgument, "max is too long");
  return records::NormalDecimal(text);
}

Result<std::vector<RampStep>> RampOf(const Json& body) {
  std::vector<RampStep> ramp;
  if (body.Find("ramp") == nullptr) return ramp;
  ASSIGN_OR_RETURN(const Json::Array* const items, body.GetArray("ramp"));
  if (items->size() > records::kMostRampSteps) {
    return Error(Code::kInvalidArgument, "a ramp has at most 8 steps");
  }
  for (const Json& item : *items) {
    RETURN_IF_ERROR(CheckMembers(item, {"factor", "for"}));
    ASSIGN_OR_RETURN(const std::string_view factor, item.GetString("factor"));
    ASSIGN_OR_RETURN(const std::string_view length, item.GetString("for"));
    ASSIGN_OR_RETURN(const std::chrono::seconds seconds, records::ParseDuration(length));
    ramp.push_back({std::string(factor), seconds});
  }
  return ramp;
}

}  // namespace

void WriteChange(JsonWriter& json, const LimitChange& change) {
  json.BeginObject().Member("id", change.id);
  json.Member("kind", records::LimitChangeKindName(change.kind));
  json.Member("state", records::LimitChangeStateName(change.state));
  json.Member("model", change.model).Member("limit", change.limit);
  json.Key("kill");
  change.kill == 0 ? json.Null() : json.Value(change.kill);
  json.Member("decision", change.decision).Member("max", change.max);
  json.Member("contract_max", change.over).Key("ramp").BeginArray();
  for (const RampStep& step : change.ramp) {
    json.BeginObject().Member("factor", step.factor).Member("seconds", step.length.count());
    json.EndObject();
  }
  json.EndArray().Member("reason", change.reason).Member("maker", change.maker);
  WriteTime(json, "made", change.made);
  WriteTime(json, "expires", change.expires);
  json.Member("checker", change.checker).Member("note", change.note);
  WriteTime(json, "decided", change.decided);
  WriteTime(json, "carried_out", change.carried_out);
  json.Member("before", change.before).Member("hash", change.hash).EndObject();
}

Result<LimitChange> ReadAsked(const Json& body, Time now) {
  LimitChange change;
  change.made = now;
  ASSIGN_OR_RETURN(const std::string kind, TextMember(body, "kind"));
  ASSIGN_OR_RETURN(change.kind, records::ParseLimitChangeKind(kind.empty() ? "lower" : kind));
  ASSIGN_OR_RETURN(change.model, TextMember(body, "model"));
  ASSIGN_OR_RETURN(change.limit, TextMember(body, "limit"));
  ASSIGN_OR_RETURN(change.decision, TextMember(body, "decision"));
  if (body.Find("kill") != nullptr) {
    ASSIGN_OR_RETURN(change.kill, body.GetUint("kill"));
    if (change.kill >> 63 != 0) return Error(Code::kInvalidArgument, "there is no such kill");
  }
  ASSIGN_OR_RETURN(change.max, MaxOf(body));
  ASSIGN_OR_RETURN(change.ramp, RampOf(body));
  ASSIGN_OR_RETURN(change.reason, TextMember(body, "reason"));
  ASSIGN_OR_RETURN(const std::string lives, TextMember(body, "expires_in"));
  std::chrono::seconds length = records::kChangeLives;
  if (!lives.empty()) {
    ASSIGN_OR_RETURN(length, records::ParseDuration(lives));
  }
  if (length > records::kLongestChange) {
    return Error(Code::kInvalidArgument, "a change expires within 7 days");
  }
  change.expires = now + length;
  return change;
}

Status CheckMembers(const Json& body, std::initializer_list<std::string_view> known) {
  ASSIGN_OR_RETURN(const Json::Object* const members, body.AsObject());
  for (const auto& [key, value] : *members) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return Error(Code::kInvalidArgument, "unknown key '" + key.substr(0, limits::kNameBytes) + "'");
  }
  return Ok();
}

Result<std::string> TextMember(const Json& body, std::string_view key) {
  if (body.Find(key) == nullptr) return std::string();
  ASSIGN_OR_RETURN(const std::string_view text, body.GetString(key));
  return std::string(text);
}

}  // namespace mooring::control
