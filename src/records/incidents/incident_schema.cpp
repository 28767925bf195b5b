#include "records/incidents/incident_schema.h"

#include <array>

namespace mooring::records {
namespace {

// Times are microseconds since 1970 UTC, 0: never. STRICT: SQLite refuses a value of another type.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE facts_of_file(
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
INSERT INTO facts_of_file VALUES('cursor', '0'), ('id', lower(hex(randomblob(8))));

CREATE TABLE alerts(
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  model        TEXT NOT NULL,
  verdict_kind TEXT NOT NULL,
  kind         TEXT NOT NULL,
  subject      TEXT NOT NULL,
  state        INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3),
  severity     INTEGER NOT NULL CHECK(severity BETWEEN 0 AND 2),
  sightings    TEXT NOT NULL,
  since_us     INTEGER NOT NULL,
  times_fired  INTEGER NOT NULL,
  told         INTEGER NOT NULL CHECK(told BETWEEN 0 AND 2),
  version      INTEGER NOT NULL,
  finding_json TEXT NOT NULL,
  fired_us     INTEGER NOT NULL,
  resolved_us  INTEGER NOT NULL,
  seen_us      INTEGER NOT NULL,
  incident     INTEGER NOT NULL,
  UNIQUE(model, verdict_kind, kind, subject)
) STRICT;
CREATE INDEX alerts_by_state ON alerts(state);

CREATE TABLE incidents(
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  model           TEXT NOT NULL,
  verdict_kind    TEXT NOT NULL,
  owner_team      TEXT NOT NULL,
  owner_person    TEXT NOT NULL,
  escalation      TEXT NOT NULL,
  severity        INTEGER NOT NULL CHECK(severity BETWEEN 0 AND 2),
  summary         TEXT NOT NULL,
  opened_us       INTEGER NOT NULL,
  resolved_us     INTEGER NOT NULL,
  acknowledged_by TEXT NOT NULL,
  acknowledged_us INTEGER NOT NULL,
  reopened        INTEGER NOT NULL
) STRICT;
CREATE INDEX incidents_by_model ON incidents(model, verdict_kind, id);

CREATE TABLE facts(
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  incident INTEGER NOT NULL REFERENCES incidents(id) ON DELETE CASCADE,
  at_us    INTEGER NOT NULL,
  who      TEXT NOT NULL,
  what     TEXT NOT NULL,
  text     TEXT NOT NULL
) STRICT;
CREATE INDEX facts_by_incident ON facts(incident, id);

CREATE TABLE silences(
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  model      TEXT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  author     TEXT NOT NULL,
  reason     TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  until_us   INTEGER NOT NULL CHECK(until_us > 0)
) STRICT;

CREATE TABLE notifications(
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  key          TEXT NOT NULL,
  sink         TEXT NOT NULL,
  incident     INTEGER NOT NULL,
  event        TEXT NOT NULL,
  payload_json TEXT NOT NULL,
  state        INTEGER NOT NULL CHECK(state BETWEEN 0 AND 2),
  attempts     INTEGER NOT NULL,
  created_us   INTEGER NOT NULL,
  next_us      INTEGER NOT NULL,
  ended_us     INTEGER NOT NULL,
  last_answer  TEXT NOT NULL
) STRICT;
CREATE INDEX notifications_by_sink ON notifications(state, sink, id);
)sql";

constexpr std::array<std::string_view, 1> kSteps = {kFirst};

}  // namespace

std::span<const std::string_view> IncidentSchema() { return kSteps; }

}  // namespace mooring::records
