#include "records/incidents/incident_tables.h"

#include <fmt/format.h>

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "records/incidents/incident_rows.h"

namespace mooring::records {
namespace {

using data::Statement;

constexpr std::string_view kAlertColumns =
    "SELECT id, model, verdict_kind, kind, subject, state, severity, sightings, since_us, "
    "times_fired, told, version, finding_json, fired_us, resolved_us, seen_us, incident "
    "FROM alerts ";
constexpr std::string_view kIncidentColumns =
    "SELECT id, model, verdict_kind, owner_team, owner_person, escalation, severity, summary, "
    "opened_us, resolved_us, acknowledged_by, acknowledged_us, reopened FROM incidents ";

// [[version, start, end, level, certain], …]
std::string SightingsText(const std::vector<Sighting>& sightings) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray();
  for (const Sighting& sighting : sightings) {
    json.BeginArray().Value(sighting.version).Value(MicrosOfTime(sighting.start));
    json.Value(MicrosOfTime(sighting.end)).Value(std::uint32_t{sighting.level});
    json.Value(sighting.certain ? 1 : 0).EndArray();
  }
  json.EndArray();
  return text;
}

Result<Sighting> SightingOf(const Json& json) {
  ASSIGN_OR_RETURN(const Json::Array* parts, json.AsArray());
  std::int64_t numbers[5] = {};
  if (parts->size() != std::size(numbers)) return Error(Code::kDataLoss, "a damaged sighting");
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
    ASSIGN_OR_RETURN(numbers[i], (*parts)[i].AsInt());
  }
  return Sighting{static_cast<VersionNumber>(numbers[0]), TimeOfMicros(numbers[1]),
                  TimeOfMicros(numbers[2]), static_cast<std::uint8_t>(numbers[3]), numbers[4] != 0};
}

Result<std::vector<Sighting>> SightingsOf(std::string_view text) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = "sightings"}));
  ASSIGN_OR_RETURN(const Json::Array* items, json.AsArray());
  std::vector<Sighting> sightings;
  for (const Json& item : *items) {
    ASSIGN_OR_RETURN(Sighting sighting, SightingOf(item));
    sightings.push_back(sighting);
  }
  return sightings;
}

Result<AlertRecord> AlertOf(const Statement& row) {
  AlertRecord alert;
  alert.id = static_cast<std::uint64_t>(row.Int(0));
  alert.cause = {row.String(1), row.String(2), row.String(3), row.String(4)};
  alert.status.state = static_cast<AlertState>(row.Int(5));
  alert.status.severity = static_cast<Severity>(row.Int(6));
  ASSIGN_OR_RETURN(alert.status.sightings, SightingsOf(row.Text(7)));
  alert.status.since = TimeOfMicros(row.Int(8));
  alert.status.times_fired = static_cast<std::uint32_t>(row.Int(9));
  alert.told = static_cast<Severity>(row.Int(10));
  alert.version = static_cast<VersionNumber>(row.Int(11));
  alert.finding_json = row.String(12);
  alert.fired = TimeOfMicros(row.Int(13));
  alert.resolved = TimeOfMicros(row.Int(14));
  alert.seen = TimeOfMicros(row.Int(15));
  alert.incident = static_cast<std::uint64_t>(row.Int(16));
  return alert;
}

Result<IncidentRecord> IncidentOf(const Statement& row) {
  IncidentRecord incident;
  incident.id = static_cast<std::uint64_t>(row.Int(0));
  incident.model = row.String(1);
  incident.verdict_kind = row.String(2);
  incident.owner_team = row.String(3);
  incident.owner_person = row.String(4);
  incident.escalation = row.String(5);
  incident.severity = static_cast<Severity>(row.Int(6));
  incident.summary = row.String(7);
  incident.opened = TimeOfMicros(row.Int(8));
  incident.resolved = TimeOfMicros(row.Int(9));
  incident.acknowledged_by = row.String(10);
  incident.acknowledged = TimeOfMicros(row.Int(11));
  incident.reopened = static_cast<std::uint32_t>(row.Int(12));
  return incident;
}

}  // namespace

Result<std::uint64_t> IncidentTables::Cursor() {
  ASSIGN_OR_RETURN(Statement read,
                   db_.Prepare("SELECT value FROM facts_of_file WHERE name = 'cursor'"));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return Error(Code::kDataLoss, "incidents.db does not know how far it is");
  return static_cast<std::uint64_t>(read.Int(0));
}

Status IncidentTables::SetCursor(std::uint64_t sequence) {
  ASSIGN_OR_RETURN(Statement write,
                   db_.Prepare("UPDATE facts_of_file SET value = ? WHERE name = 'cursor'"));
  return write.Run(std::to_string(sequence));
}

Result<std::vector<AlertRecord>> IncidentTables::AlertsOf(std::string_view model,
                                                          std::string_view verdict_kind) {
  ASSIGN_OR_RETURN(
      Statement read,
      db_.Prepare(fmt::format("{} {}", kAlertColumns,
                              "WHERE model = ? AND verdict_kind = ? ORDER BY kind, subject")));
  RETURN_IF_ERROR(read.Start(model, verdict_kind));
  return AllRows(read, AlertOf);
}

Result<std::vector<AlertRecord>> IncidentTables::Alerts(const AlertFilter& filter) {
  // Firing (2), pending (1), resolved (3).
  ASSIGN_OR_RETURN(
      Statement read,
      db_.Prepare(fmt::format(
          "{} {}", kAlertColumns,
          "WHERE (?1 = '' OR model = ?1) AND (?2 = 0 OR state IN (1, 2)) "
          "ORDER BY CASE state WHEN 2 THEN 0 ELSE state END, severity DESC, id LIMIT ?3")));
  RETURN_IF_ERROR(read.Start(filter.model, filter.active ? 1 : 0, filter.limit));
  return AllRows(read, AlertOf);
}

Result<std::vector<AlertRecord>> IncidentTables::Untold() {
  ASSIGN_OR_RETURN(
      Statement read,
      db_.Prepare(fmt::format("{} {}", kAlertColumns,
                              "WHERE (state = 2 AND told < severity) OR (state <> 2 AND told > 0) "
                              "ORDER BY incident, id")));
  return AllRows(read, AlertOf);
}

Result<AlertRecord> IncidentTables::Alert(std::uint64_t id) {
  ASSIGN_OR_RETURN(Statement read,
                   db_.Prepare(fmt::format("{} {}", kAlertColumns, "WHERE id = ?")));
  RETURN_IF_ERROR(read.Start(id));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (found) return AlertOf(read);
  return Error(Code::kNotFound, "no alert " + std::to_string(id)).Help("mooring alert list --all");
}

Status IncidentTables::Save(AlertRecord& alert) {
  const AlertStatus& status = alert.status;
  if (status.state == AlertState::kInactive && status.times_fired == 0) {
    ASSIGN_OR_RETURN(Statement drop, db_.Prepare("DELETE FROM alerts WHERE id = ?"));
    return drop.Run(alert.id);
  }
  ASSIGN_OR_RETURN(
      Statement write,
      db_.Prepare("INSERT OR REPLACE INTO alerts(id, model, verdict_kind, kind, subject, state, "
                  "severity, sightings, since_us, times_fired, told, version, finding_json, "
                  "fired_us, resolved_us, seen_us, incident) "
                  "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  const auto id = alert.id == 0 ? std::nullopt : std::optional(alert.id);
  const Cause& cause = alert.cause;
  RETURN_IF_ERROR(write.Run(
      id, cause.model, cause.verdict_kind, cause.kind, cause.subject,
      static_cast<int>(status.state), static_cast<int>(status.severity),
      SightingsText(status.sightings), MicrosOfTime(status.since), status.times_fired,
      static_cast<int>(alert.told), alert.version, alert.finding_json, MicrosOfTime(alert.fired),
      MicrosOfTime(alert.resolved), MicrosOfTime(alert.seen), alert.incident));
  if (alert.id == 0) alert.id = static_cast<std::uint64_t>(db_.last_insert_id());
  return Ok();
}

Result<std::vector<IncidentRecord>> IncidentTables::Incidents(const IncidentFilter& filter) {
  ASSIGN_OR_RETURN(
      Statement read,
      db_.Prepare(fmt::format("{} {}", kIncidentColumns,
                              "WHERE (?1 = '' OR model = ?1) AND (?2 = 0 OR resolved_us = 0) "
                              "ORDER BY id DESC LIMIT ?3")));
  RETURN_IF_ERROR(read.Start(filter.model, filter.open ? 1 : 0, filter.limit));
  return AllRows(read, IncidentOf);
}

Result<IncidentRecord> IncidentTables::Incident(std::uint64_t id) {
  ASSIGN_OR_RETURN(Statement read,
                   db_.Prepare(fmt::format("{} {}", kIncidentColumns, "WHERE id = ?")));
  RETURN_IF_ERROR(read.Start(id));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (found) return IncidentOf(read);
  return Error(Code::kNotFound, "no incident " + std::to_string(id)).Help("mooring incident list");
}

Result<std::optional<IncidentRecord>> IncidentTables::Newest(std::string_view model,
                                                             std::string_view verdict_kind) {
  ASSIGN_OR_RETURN(
      Statement read,
      db_.Prepare(fmt::format("{} {}", kIncidentColumns,
                              "WHERE model = ? AND verdict_kind = ? ORDER BY id DESC LIMIT 1")));
  RETURN_IF_ERROR(read.Start(model, verdict_kind));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return std::optional<IncidentRecord>();
  ASSIGN_OR_RETURN(IncidentRecord incident, IncidentOf(read));
  return std::optional(std::move(incident));
}

Result<std::vector<AlertRecord>> IncidentTables::AlertsOfIncident(std::uint64_t incident) {
  ASSIGN_OR_RETURN(Statement read, db_.Prepare(fmt::format("{} {}", kAlertColumns,
                                                           "WHERE incident = ? ORDER BY id")));
  RETURN_IF_ERROR(read.Start(incident));
  return AllRows(read, AlertOf);
}

Status IncidentTables::Save(IncidentRecord& incident) {
  ASSIGN_OR_RETURN(
      Statement write,
      db_.Prepare(
          "INSERT INTO incidents(id, model, verdict_kind, owner_team, owner_person, escalation, "
          "severity, summary, opened_us, resolved_us, acknowledged_by, acknowledged_us, reopened) "
          "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
          "severity = excluded.severity, summary = excluded.summary, "
          "resolved_us = excluded.resolved_us, acknowledged_by = excluded.acknowledged_by, "
          "acknowledged_us = excluded.acknowledged_us, reopened = excluded.reopened"));
  const auto id = incident.id == 0 ? std::nullopt : std::optional(incident.id);
  RETURN_IF_ERROR(
      write.Run(id, incident.model, incident.verdict_kind, incident.owner_team,
                incident.owner_person, incident.escalation, static_cast<int>(incident.severity),
                incident.summary, MicrosOfTime(incident.opened), MicrosOfTime(incident.resolved),
                incident.acknowledged_by, MicrosOfTime(incident.acknowledged), incident.reopened));
  if (incident.id == 0) incident.id = static_cast<std::uint64_t>(db_.last_insert_id());
  return Ok();
}

Status IncidentTables::Add(const IncidentFact& fact) {
  ASSIGN_OR_RETURN(
      Statement write,
      db_.Prepare("INSERT INTO facts(incident, at_us, who, what, text) VALUES(?,?,?,?,?)"));
  return write.Run(fact.incident, MicrosOfTime(fact.at), fact.who, fact.what, fact.text);
}

Result<std::vector<IncidentFact>> IncidentTables::Facts(std::uint64_t incident) {
  ASSIGN_OR_RETURN(Statement read, db_.Prepare("SELECT id, incident, at_us, who, what, text "
                                               "FROM facts WHERE incident = ? ORDER BY id"));
  RETURN_IF_ERROR(read.Start(incident));
  return AllRows(read, [](const Statement& row) -> Result<IncidentFact> {
    return IncidentFact{static_cast<std::uint64_t>(row.Int(0)),
                        static_cast<std::uint64_t>(row.Int(1)),
                        TimeOfMicros(row.Int(2)),
                        row.String(3),
                        row.String(4),
                        row.String(5)};
  });
}

}  // namespace mooring::records
