#include "control/incidents/case_file.h"

#include <algorithm>
#include <limits>

#include "control/incidents/incident_json.h"

namespace mooring::control {

using records::AlertRecord;
using records::AlertState;
using records::IncidentRecord;
using records::Severity;

Status CaseFile::Follow(Turn turn, AlertRecord& alert) {
  if (turn == Turn::kFired) {
    ASSIGN_OR_RETURN(const IncidentRecord incident, Join(alert));
    alert.incident = incident.id;
    alert.fired = now_;
    alert.resolved = records::kNever;
  } else if (turn == Turn::kResolved) {
    alert.resolved = now_;
  }
  RETURN_IF_ERROR(tables_.Save(alert));
  if (turn != Turn::kFired && turn != Turn::kWorse && turn != Turn::kResolved) return Ok();
  const std::string_view what = turn == Turn::kFired   ? "alert_fired"
                                : turn == Turn::kWorse ? "alert_worse"
                                                       : "alert_resolved";
  RETURN_IF_ERROR(Note(alert.incident, what, OneLine(alert)));
  return Settle(alert.incident);
}

Status CaseFile::Leave(Turn turn, AlertRecord& alert, std::string text) {
  if (turn == Turn::kResolved) {
    RETURN_IF_ERROR(Note(alert.incident, "left_service", std::move(text)));
  }
  return Follow(turn, alert);
}

Status CaseFile::Retire() {
  constexpr std::size_t kAll = std::numeric_limits<std::int64_t>::max();
  ASSIGN_OR_RETURN(std::vector<AlertRecord> alerts, tables_.Alerts({.limit = kAll}));
  for (AlertRecord& alert : alerts) {
    if (now_ - alert.seen < kRetireAfter) continue;
    const bool fired = alert.status.state == AlertState::kFiring;
    alert.status.state =
        alert.status.times_fired > 0 ? AlertState::kResolved : AlertState::kInactive;
    alert.status.sightings.clear();  // what comes after is another episode
    if (fired) RETURN_IF_ERROR(Note(alert.incident, "unheard_of", "no window for 7 days"));
    RETURN_IF_ERROR(Follow(fired ? Turn::kResolved : Turn::kForgotten, alert));
  }
  return Ok();
}

// The open incident, else the last one when it ended just now, else a new one.
Result<IncidentRecord> CaseFile::Join(const AlertRecord& alert) {
  ASSIGN_OR_RETURN(auto newest, tables_.Newest(alert.cause.model, alert.cause.verdict_kind));
  if (newest && newest->is_open()) return std::move(*newest);
  if (newest && now_ - newest->resolved <= kReopenWithin) {
    newest->resolved = records::kNever;
    newest->acknowledged_by.clear();
    newest->acknowledged = records::kNever;
    ++newest->reopened;
    RETURN_IF_ERROR(tables_.Save(*newest));
    RETURN_IF_ERROR(Note(newest->id, "reopened", "an alert fired again"));
    return std::move(*newest);
  }
  IncidentRecord incident;
  incident.model = alert.cause.model;
  incident.verdict_kind = alert.cause.verdict_kind;
  RETURN_IF_ERROR(Open(incident));
  return incident;
}

Status CaseFile::Open(IncidentRecord& incident) {
  incident.opened = now_;
  // An incident without an owner is better than none.
  const auto owner =
      owner_of_ ? owner_of_(incident.model) : Result<records::Owner>(records::Owner());
  if (owner.ok()) {
    incident.owner_team = owner->team;
    incident.owner_person = owner->person;
    incident.escalation = owner->escalation;
  }
  RETURN_IF_ERROR(tables_.Save(incident));
  std::string text = "owner: " + incident.owner_team;
  if (!incident.owner_person.empty()) text += " " + incident.owner_person;
  return Note(incident.id, "opened", std::move(text));
}

// Severity, summary and end follow from the alerts.
Status CaseFile::Settle(std::uint64_t id) {
  ASSIGN_OR_RETURN(IncidentRecord incident, tables_.Incident(id));
  ASSIGN_OR_RETURN(std::vector<AlertRecord> alerts, tables_.AlertsOfIncident(id));
  std::erase_if(alerts,
                [](const AlertRecord& each) { return each.status.state != AlertState::kFiring; });
  if (alerts.empty()) {
    incident.resolved = now_;
    RETURN_IF_ERROR(tables_.Save(incident));
    return Note(id, "resolved", "no alert of it fires any more");
  }
  const auto worst = std::max_element(alerts.begin(), alerts.end(),
                                      [](const AlertRecord& a, const AlertRecord& b) {
                                        return a.status.severity < b.status.severity;
                                      });
  incident.severity = std::max(incident.severity, worst->status.severity);
  incident.summary = FindingOf(*worst).what;
  if (alerts.size() > 1) incident.summary += ", and " + std::to_string(alerts.size() - 1) + " more";
  return tables_.Save(incident);
}

Status CaseFile::Note(std::uint64_t incident, std::string_view what, std::string text) {
  return tables_.Add({.incident = incident,
                      .at = now_,
                      .who = "mooring",
                      .what = std::string(what),
                      .text = std::move(text)});
}

}  // namespace mooring::control
