#include "control/incidents/incident_desk.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "base/text/json_writer.h"
#include "control/incidents/incident_json.h"
#include "records/audit/audited.h"
#include "records/contract/value.h"
#include "records/incidents/incident_limits.h"

namespace mooring::control {
namespace {

using records::IncidentTables;
using What = DeskCall::What;

// {"name": [each, …]}
template <typename Rows, typename Write>
std::string ListJson(std::string_view name, const Rows& rows, const Write& write) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key(name).BeginArray();
  for (const auto& row : rows) write(json, row);
  json.EndArray().EndObject();
  return text;
}

template <typename Row>
std::string OneJson(const Row& row, void (*write)(JsonWriter&, const Row&)) {
  std::string text;
  JsonWriter json(text);
  write(json, row);
  return text;
}

bool Sees(const DeskCall& call, std::string_view model) {
  return call.caller == nullptr || call.caller->Sees(model);
}
// A pattern may hold a part of a name, or the whole.
bool SeesPattern(const DeskCall& call, std::string_view pattern) {
  return pattern.empty() || pattern == "*" || Sees(call, pattern) ||
         (call.caller != nullptr && call.caller->SeesAll());
}
bool SeesIncident(const DeskCall& call, IncidentTables& tables, std::uint64_t id) {
  if (call.caller == nullptr || call.caller->SeesAll() || id == 0) return true;
  const auto incident = tables.Incident(id);
  return incident.ok() && call.caller->Sees(incident->model);
}

// What a caller may be shown of a list that was read without regard to them.
template <typename Rows, typename Seen>
void KeepSeen(const DeskCall& call, Rows& rows, const Seen& seen) {
  if (call.caller == nullptr || call.caller->SeesAll()) return;
  rows.erase(std::remove_if(rows.begin(), rows.end(), [&](const auto& row) { return !seen(row); }),
             rows.end());
  if (rows.size() > call.limit) rows.resize(call.limit);
}
// How much to read, so that enough is left of it.
std::size_t ReadLimit(const DeskCall& call) {
  constexpr std::size_t kMost = 1000;
  const bool all = call.caller == nullptr || call.caller->SeesAll();
  return all ? call.limit : std::max(call.limit, kMost);
}

// A row of a model that the caller does not see is answered as one that is not there.
Error Absent(const DeskCall& call, const char* what, const char* help) {
  return Error(Code::kNotFound, std::string("no ") + what + " " + std::to_string(call.id))
      .Help(help);
}

Result<records::IncidentRecord> IncidentOf(IncidentTables& tables, const DeskCall& call) {
  auto incident = tables.Incident(call.id);
  if (!incident.ok() || Sees(call, incident->model)) return incident;
  return Absent(call, "incident", "mooring incident list");
}

Status MayRespond(const DeskCall& call, std::string_view model) {
  using records::Permission;
  if (call.caller == nullptr) return Ok();
  const bool one = !model.empty() && !model.ends_with('*');
  const bool may = one ? call.caller->May(Permission::kRespond, model)
                       : call.caller->MayEverywhere(Permission::kRespond);
  if (may) return Ok();
  return Error(Code::kPermissionDenied, "you may not answer alerts of this model")
      .Why("it takes the permission respond");
}

Result<std::string> IncidentJson(IncidentTables& tables, const DeskCall& call) {
  ASSIGN_OR_RETURN(const records::IncidentRecord incident, IncidentOf(tables, call));
  const std::uint64_t id = call.id;
  ASSIGN_OR_RETURN(const auto alerts, tables.AlertsOfIncident(id));
  ASSIGN_OR_RETURN(const auto facts, tables.Facts(id));
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("incident");
  WriteIncident(json, incident);
  json.Key("alerts").BeginArray();
  for (const auto& alert : alerts) WriteAlert(json, alert);
  json.EndArray().Key("timeline").BeginArray();
  for (const auto& fact : facts) WriteFact(json, fact);
  json.EndArray().EndObject();
  return text;
}

Result<std::optional<records::DeliveryState>> StateOf(std::string_view name) {
  using State = records::DeliveryState;
  if (name.empty()) return std::optional<State>();
  for (const State state : {State::kWaiting, State::kDelivered, State::kDead}) {
    if (records::DeliveryStateName(state) == name) return std::optional(state);
  }
  return Error(Code::kInvalidArgument, "'" + std::string(name.substr(0, 40)) + "' is no state")
      .Why("states: waiting, delivered, dead");
}

Result<std::string> LookIn(IncidentTables& tables, const DeskCall& call, Time now) {
  switch (call.what) {
    case What::kAlerts: {
      ASSIGN_OR_RETURN(
          auto alerts,
          tables.Alerts({.model = call.model, .active = !call.all, .limit = ReadLimit(call)}));
      KeepSeen(call, alerts, [&](const auto& alert) { return Sees(call, alert.cause.model); });
      return ListJson("alerts", alerts, WriteAlert);
    }
    case What::kAlert: {
      ASSIGN_OR_RETURN(const auto alert, tables.Alert(call.id));
      if (!Sees(call, alert.cause.model)) {
        return Absent(call, "alert", "mooring alert list --all");
      }
      return OneJson(alert, WriteAlert);
    }
    case What::kIncidents: {
      ASSIGN_OR_RETURN(
          auto incidents,
          tables.Incidents({.model = call.model, .open = call.open, .limit = ReadLimit(call)}));
      KeepSeen(call, incidents, [&](const auto& incident) { return Sees(call, incident.model); });
      return ListJson("incidents", incidents, WriteIncident);
    }
    case What::kIncident: return IncidentJson(tables, call);
    case What::kSilences: {
      ASSIGN_OR_RETURN(auto silences, tables.Silences(now));
      KeepSeen(call, silences, [&](const auto& one) { return SeesPattern(call, one.model); });
      return ListJson("silences", silences, WriteSilence);
    }
    default: break;
  }
  ASSIGN_OR_RETURN(const auto state, StateOf(call.state));
  ASSIGN_OR_RETURN(auto sent, tables.Notifications(
                                  {.sink = call.sink, .state = state, .limit = ReadLimit(call)}));
  KeepSeen(call, sent, [&](const auto& one) { return SeesIncident(call, tables, one.incident); });
  return ListJson("notifications", sent, WriteNotification);
}

Status CheckKeys(const Json& body, std::initializer_list<std::string_view> known) {
  ASSIGN_OR_RETURN(const Json::Object* const members, body.AsObject());
  for (const auto& [key, value] : *members) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return Error(Code::kInvalidArgument, "unknown key '" + key.substr(0, limits::kNameBytes) + "'");
  }
  return Ok();
}

// "" when absent.
Result<std::string> TextOf(const Json& body, std::string_view key, std::size_t limit) {
  if (body.Find(key) == nullptr) return std::string();
  ASSIGN_OR_RETURN(const std::string_view text, body.GetString(key));
  if (text.size() <= limit) return std::string(text);
  return Error(Code::kTooLarge, std::string(key) + " is over " + std::to_string(limit) + " bytes");
}

// When a silence ends: a length, or a time; one of them, and not for ever.
Result<Time> UntilOf(const Json& body, Time now) {
  ASSIGN_OR_RETURN(const std::string length, TextOf(body, "for", 40));
  ASSIGN_OR_RETURN(const std::string time, TextOf(body, "until", 40));
  if (length.empty() == time.empty()) {
    return Error(Code::kInvalidArgument, "a silence has an end: one of 'for' and 'until'")
        .Help("for: 2h, or until: 2026-01-31T08:00:00Z");
  }
  Time until = now;
  if (!length.empty()) {
    ASSIGN_OR_RETURN(const std::chrono::seconds seconds, records::ParseDuration(length));
    until += seconds;
  } else {
    ASSIGN_OR_RETURN(until, ParseTime(time));
  }
  if (until > now && until - now <= limits::kSilenceLength) return until;
  return Error(Code::kInvalidArgument, "a silence ends in the future and within 30 days")
      .Why("it would end at " + FormatTime(until));
}

// What the control log keeps of a change. Texts that are too long are refused later; here they
// are cut.
records::ControlEntry EntryOf(const DeskCall& call, const Json& body) {
  const auto text = [&body](std::string_view key) {
    const auto found = body.GetString(key);
    return std::string(found.ok() ? found->substr(0, limits::kReasonBytes) : "");
  };
  records::ControlEntry entry{.principal = call.author, .address = call.address};
  entry.object_kind = "incident";
  entry.object = std::to_string(call.id);
  if (call.what == What::kAcknowledge) {
    entry.action = "incident.acknowledge";
    entry.reason = text("note");
  } else if (call.what == What::kNote) {
    entry.action = "incident.note";
    entry.reason = text("text");
  } else if (call.what == What::kEndSilence) {
    entry.action = "silence.end";
    entry.object_kind = "silence";
  } else {
    entry.action = "silence.make";
    entry.object_kind = "silence";
    entry.object = text("model") + "/" + text("kind") + "/" + text("subject");
    entry.reason = text("reason");
    entry.detail = text("for").empty() ? "until " + text("until") : "for " + text("for");
  }
  return entry;
}

}  // namespace

Result<std::string> IncidentDesk::Answer(const DeskCall& call) {
  if (call.what < What::kAcknowledge) return Look(call);
  if (call.author.empty() || call.author.size() > limits::kNameBytes) {
    return Error(Code::kInvalidArgument, "who changes it has a name of 1 to 128 bytes");
  }
  const bool bare = call.body.empty() || call.what == What::kEndSilence;
  const std::string_view text = bare ? "{}" : std::string_view(call.body);
  ASSIGN_OR_RETURN(const Json body, Json::Parse(text, {.name = "body"}));
  if (audit_ == nullptr) return Change(call, body);
  records::ControlEntry entry = EntryOf(call, body);
  entry.channel = channel_;
  return records::Audited(*audit_, entry, [&] { return Change(call, body); });
}

Result<std::string> IncidentDesk::Change(const DeskCall& call, const Json& body) {
  if (call.what == What::kEndSilence) return EndSilence(call);
  if (call.what == What::kSilence) return Silence(call, body);
  return call.what == What::kNote ? Note(call, body) : Acknowledge(call, body);
}

Result<std::string> IncidentDesk::Look(const DeskCall& call) {
  std::string text;
  const Status read = store_.Read([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(text, LookIn(tables, call, clock_.Now()));
    return Ok();
  });
  RETURN_IF_ERROR(read);
  return text;
}

Result<std::string> IncidentDesk::Acknowledge(const DeskCall& call, const Json& body) {
  RETURN_IF_ERROR(CheckKeys(body, {"author", "note"}));
  ASSIGN_OR_RETURN(const std::string note, TextOf(body, "note", limits::kNoteBytes));
  std::string text;
  const Status written = store_.Write([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(records::IncidentRecord incident, IncidentOf(tables, call));
    RETURN_IF_ERROR(MayRespond(call, incident.model));
    if (!incident.is_open()) {
      return Error(Code::kConflict, "incident " + std::to_string(call.id) + " is resolved")
          .Why("at " + FormatTime(incident.resolved));
    }
    const Time now = clock_.Now();
    if (incident.acknowledged_by.empty()) {
      incident.acknowledged_by = call.author;
      incident.acknowledged = now;
      RETURN_IF_ERROR(tables.Save(incident));
    }
    RETURN_IF_ERROR(tables.Add({.incident = call.id,
                                .at = now,
                                .who = call.author,
                                .what = "acknowledged",
                                .text = note}));
    text = OneJson(incident, WriteIncident);
    return Ok();
  });
  RETURN_IF_ERROR(written);
  return text;
}

Result<std::string> IncidentDesk::Note(const DeskCall& call, const Json& body) {
  RETURN_IF_ERROR(CheckKeys(body, {"author", "text"}));
  ASSIGN_OR_RETURN(const std::string note, TextOf(body, "text", limits::kNoteBytes));
  if (note.empty()) return Error(Code::kInvalidArgument, "a note has a text");
  const records::IncidentFact fact{
      .incident = call.id, .at = clock_.Now(), .who = call.author, .what = "note", .text = note};
  const Status written = store_.Write([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(const records::IncidentRecord incident, IncidentOf(tables, call));
    RETURN_IF_ERROR(MayRespond(call, incident.model));
    return tables.Add(fact);
  });
  RETURN_IF_ERROR(written);
  return OneJson(fact, WriteFact);
}

Result<std::string> IncidentDesk::Silence(const DeskCall& call, const Json& body) {
  RETURN_IF_ERROR(
      CheckKeys(body, {"author", "model", "kind", "subject", "for", "until", "reason"}));
  records::Silence silence;
  ASSIGN_OR_RETURN(silence.model, TextOf(body, "model", limits::kNameBytes + 1));
  RETURN_IF_ERROR(MayRespond(call, silence.model));
  ASSIGN_OR_RETURN(silence.kind, TextOf(body, "kind", limits::kNameBytes + 1));
  ASSIGN_OR_RETURN(silence.subject, TextOf(body, "subject", limits::kReasonBytes));
  ASSIGN_OR_RETURN(silence.reason, TextOf(body, "reason", limits::kReasonBytes));
  if (silence.reason.empty()) {
    return Error(Code::kInvalidArgument, "a silence has a reason").Help("say what is being done");
  }
  silence.author = call.author;
  silence.created = clock_.Now();
  ASSIGN_OR_RETURN(silence.until, UntilOf(body, silence.created));
  const Status written = store_.Write([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(const auto others, tables.Silences(silence.created));
    if (others.size() >= limits::kSilences) {
      return Error(Code::kResourceExhausted,
                   "too many silences: at most " + std::to_string(limits::kSilences));
    }
    return tables.Save(silence);
  });
  RETURN_IF_ERROR(written);
  return OneJson(silence, WriteSilence);
}

Result<std::string> IncidentDesk::EndSilence(const DeskCall& call) {
  std::string text;
  const Status written = store_.Write([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(records::Silence silence, tables.SilenceOf(call.id));
    if (!SeesPattern(call, silence.model)) {
      return Absent(call, "silence", "mooring alert silence --list");
    }
    RETURN_IF_ERROR(MayRespond(call, silence.model));
    const Time now = clock_.Now();
    if (silence.until <= now) {
      return Error(Code::kConflict, "silence " + std::to_string(call.id) + " is over")
          .Why("since " + FormatTime(silence.until));
    }
    silence.until = now;
    RETURN_IF_ERROR(tables.Save(silence));
    text = OneJson(silence, WriteSilence);
    return Ok();
  });
  RETURN_IF_ERROR(written);
  return text;
}

}  // namespace mooring::control
