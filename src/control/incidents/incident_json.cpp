#include "control/incidents/incident_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/text/json.h"
#include "control/alerts/rule_book.h"
#include "records/incidents/incident_limits.h"

namespace mooring::control {
namespace {

using monitoring::Finding;
using records::AlertRecord;
using records::AlertState;

// null for a time that has not come.
void WriteTime(JsonWriter& json, std::string_view key, Time time) {
  json.Key(key);
  time == records::kNever ? json.Null() : json.Value(FormatTime(time));
}

std::string Command(const AlertRecord& alert) {
  const records::Cause& cause = alert.cause;
  if (cause.verdict_kind == monitoring::kDriftVerdict) {
    return fmt::format("mooring monitor drift {} --version {}", cause.model, alert.version);
  }
  return fmt::format("mooring incident show {}", alert.incident);
}

void WriteSightings(JsonWriter& json, const AlertRecord& alert) {
  json.Key("windows").BeginArray();
  for (const records::Sighting& each : alert.status.sightings) {
    json.BeginObject().Member("version", each.version).Member("start", FormatTime(each.start));
    json.Member("end", FormatTime(each.end));
    json.Member("level", monitoring::LevelName(static_cast<monitoring::Level>(each.level & 3)));
    json.Member("certain", each.certain).EndObject();
  }
  json.EndArray();
}

}  // namespace

Finding FindingOf(const AlertRecord& alert) {
  Finding finding;
  auto stored = monitoring::ParseFindings(alert.finding_json);
  if (stored.ok() && !stored->empty()) finding = std::move(stored->front());
  finding.kind = alert.cause.kind;
  finding.subject = alert.cause.subject;
  if (finding.what.empty()) {
    finding.what =
        alert.cause.kind + (alert.cause.subject.empty() ? "" : " of ") + alert.cause.subject;
  }
  if (finding.sureness.empty()) finding.sureness = RuleWords(alert.finding_json, alert.cause.kind);
  if (finding.help.empty()) finding.help = Command(alert);
  return finding;
}

std::string OneLine(const AlertRecord& alert) {
  const Finding finding = FindingOf(alert);
  std::string line =
      fmt::format("{}: {}", records::SeverityName(alert.status.severity), finding.what);
  if (!finding.statistic.empty() && std::isfinite(finding.value)) {
    line += fmt::format(" ({} {:.4g}", finding.statistic, finding.value);
    if (std::isfinite(finding.threshold)) line += fmt::format(", bound {:.4g}", finding.threshold);
    line += finding.n > 0 ? fmt::format(", n = {})", finding.n) : ")";
  }
  return line;
}

void WriteAlert(JsonWriter& json, const AlertRecord& alert) {
  const Finding finding = FindingOf(alert);
  const records::Cause& cause = alert.cause;
  json.BeginObject().Member("id", alert.id);
  json.Member("state", records::AlertStateName(alert.status.state));
  json.Member("severity", records::SeverityName(alert.status.severity));
  json.Member("model", cause.model).Member("version", alert.version);
  json.Member("verdict_kind", cause.verdict_kind).Member("kind", cause.kind);
  json.Member("subject", cause.subject).Member("what", finding.what);
  WriteTime(json, "since", alert.status.since);
  WriteTime(json, "fired", alert.fired);
  WriteTime(json, "resolved", alert.resolved);
  WriteTime(json, "seen", alert.seen);
  json.Member("statistic", finding.statistic).Member("value", finding.value);
  json.Member("threshold", finding.threshold).Member("p_value", finding.p_value);
  json.Member("n", finding.n).Member("sureness", finding.sureness).Member("cost", finding.cost);
  json.Member("help", finding.help).Member("rule", RuleWords(alert.finding_json, cause.kind));
  json.Member("times_fired", alert.status.times_fired).Member("incident", alert.incident);
  json.Member("told", records::SeverityName(alert.told));
  WriteSightings(json, alert);
  json.EndObject();
}

void WriteIncident(JsonWriter& json, const records::IncidentRecord& incident) {
  json.BeginObject().Member("id", incident.id).Member("model", incident.model);
  json.Member("verdict_kind", incident.verdict_kind);
  json.Member("state", incident.is_open() ? "open" : "resolved");
  json.Member("severity", records::SeverityName(incident.severity));
  json.Member("summary", incident.summary).Key("owner").BeginObject();
  json.Member("team", incident.owner_team).Member("person", incident.owner_person);
  json.Member("escalation", incident.escalation).EndObject();
  WriteTime(json, "opened", incident.opened);
  WriteTime(json, "resolved", incident.resolved);
  json.Member("acknowledged_by", incident.acknowledged_by);
  WriteTime(json, "acknowledged", incident.acknowledged);
  json.Member("reopened", incident.reopened).EndObject();
}

void WriteFact(JsonWriter& json, const records::IncidentFact& fact) {
  json.BeginObject().Member("at", FormatTime(fact.at)).Member("who", fact.who);
  json.Member("what", fact.what).Member("text", fact.text).EndObject();
}

void WriteSilence(JsonWriter& json, const records::Silence& silence) {
  json.BeginObject().Member("id", silence.id).Member("model", silence.model);
  json.Member("kind", silence.kind).Member("subject", silence.subject);
  json.Member("author", silence.author).Member("reason", silence.reason);
  json.Member("created", FormatTime(silence.created)).Member("until", FormatTime(silence.until));
  json.EndObject();
}

void WriteNotification(JsonWriter& json, const records::Notification& notification) {
  json.BeginObject().Member("id", notification.id).Member("key", notification.key);
  json.Member("sink", notification.sink).Member("incident", notification.incident);
  json.Member("event", notification.event);
  json.Member("state", records::DeliveryStateName(notification.state));
  json.Member("attempts", notification.attempts);
  json.Member("created", FormatTime(notification.created));
  const bool waits = notification.state == records::DeliveryState::kWaiting;
  WriteTime(json, "next_attempt", waits ? notification.next_attempt : records::kNever);
  WriteTime(json, "ended", notification.ended);
  json.Member("last_answer", notification.last_answer).Key("payload");
  Json::Parse(notification.payload_json).ok() ? json.Raw(notification.payload_json) : json.Null();
  json.EndObject();
}

std::string Payload(std::string_view event, Time at, const records::IncidentRecord& incident,
                    std::span<const AlertRecord> alerts) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", "mooring.notification/1").Member("event", event);
  json.Member("at", FormatTime(at)).Key("incident");
  WriteIncident(json, incident);
  std::vector<const AlertRecord*> worst_first;
  for (const AlertRecord& alert : alerts) worst_first.push_back(&alert);
  std::stable_sort(worst_first.begin(), worst_first.end(), [](const auto* a, const auto* b) {
    return a->status.severity > b->status.severity;
  });
  const std::size_t shown = std::min(worst_first.size(), limits::kAlertsTold);
  json.Key("alerts").BeginArray();
  for (std::size_t i = 0; i < shown; ++i) WriteAlert(json, *worst_first[i]);
  json.EndArray().Member("more", worst_first.size() - shown).EndObject();
  return text;
}

}  // namespace mooring::control
