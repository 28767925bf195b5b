#include "records/audit/control_entry.h"

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::records {
namespace {

void Text(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.Member(name, text);
}

Status Read(const Json& json, std::string_view name, std::string& text) {
  if (json.Find(name) == nullptr) return Ok();
  ASSIGN_OR_RETURN(const std::string_view found, json.GetString(name));
  text = found;
  return Ok();
}

Result<ControlEntry> Decode(std::string_view record) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(record, {.name = "entry"}));
  ControlEntry entry;
  RETURN_IF_ERROR(Read(json, "action", entry.action));
  RETURN_IF_ERROR(Read(json, "address", entry.address));
  RETURN_IF_ERROR(Read(json, "after", entry.after));
  RETURN_IF_ERROR(Read(json, "before", entry.before));
  RETURN_IF_ERROR(Read(json, "channel", entry.channel));
  RETURN_IF_ERROR(Read(json, "detail", entry.detail));
  RETURN_IF_ERROR(Read(json, "object", entry.object));
  RETURN_IF_ERROR(Read(json, "object_kind", entry.object_kind));
  RETURN_IF_ERROR(Read(json, "outcome", entry.outcome));
  RETURN_IF_ERROR(Read(json, "principal", entry.principal));
  RETURN_IF_ERROR(Read(json, "reason", entry.reason));
  RETURN_IF_ERROR(Read(json, "role", entry.role));
  if (json.Find("outcome_of") != nullptr) {
    ASSIGN_OR_RETURN(entry.outcome_of, json.GetUint("outcome_of"));
  }
  ASSIGN_OR_RETURN(entry.sequence, json.GetUint("seq"));
  ASSIGN_OR_RETURN(const std::string_view at, json.GetString("at"));
  ASSIGN_OR_RETURN(entry.at, ParseTime(at));
  return entry;
}

}  // namespace

std::string EncodeEntry(const ControlEntry& entry) {
  std::string record;
  JsonWriter json(record);
  json.BeginObject();
  Text(json, "action", entry.action);
  Text(json, "address", entry.address);
  Text(json, "after", entry.after);
  json.Member("at", FormatTime(entry.at));
  Text(json, "before", entry.before);
  Text(json, "channel", entry.channel);
  Text(json, "detail", entry.detail);
  Text(json, "object", entry.object);
  Text(json, "object_kind", entry.object_kind);
  Text(json, "outcome", entry.outcome);
  if (entry.outcome_of) json.Member("outcome_of", *entry.outcome_of);
  Text(json, "principal", entry.principal);
  Text(json, "reason", entry.reason);
  Text(json, "role", entry.role);
  json.Member("seq", entry.sequence);
  json.EndObject();
  return record;
}

Result<ControlEntry> DecodeEntry(std::string_view record) {
  auto entry = Decode(record);
  if (entry.ok()) return entry;
  return Error(Code::kDataLoss, "not a control entry").Why(entry.error().ToString());
}

Status NoteOutcome(AuditSink& sink, const ControlEntry& entry, std::uint64_t asked,
                   const Error* error, const std::string& detail) {
  ControlEntry outcome = entry;
  outcome.reason.clear();
  outcome.before.clear();
  outcome.after.clear();
  outcome.detail = detail;
  outcome.outcome_of = asked;
  outcome.outcome = error == nullptr ? "done" : "failed: " + error->message();
  auto appended = sink.Append(outcome);
  if (!appended.ok()) return std::move(appended).error();
  return Ok();
}

}  // namespace mooring::records
