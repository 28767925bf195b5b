#include "records/registry/schema.h"

#include <array>

#include "records/catalogue/schema.h"

namespace mooring::records {
namespace {

// Times are microseconds since 1970 UTC. STRICT: SQLite itself refuses a value of another type.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE models(
  name          TEXT PRIMARY KEY,
  owner_team    TEXT NOT NULL,
  owner_person  TEXT NOT NULL,
  purpose       TEXT NOT NULL,
  created_us    INTEGER NOT NULL,
  contract_hash TEXT NOT NULL REFERENCES contracts(hash),
  last_version  INTEGER NOT NULL DEFAULT 0,
  revision      INTEGER NOT NULL DEFAULT 0,
  CHECK(owner_team <> '' OR owner_person <> '')
) STRICT;

CREATE TABLE contracts(
  hash TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE contract_changes(
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  model         TEXT NOT NULL REFERENCES models(name),
  contract_hash TEXT NOT NULL REFERENCES contracts(hash),
  at_us         INTEGER NOT NULL,
  author        TEXT NOT NULL,
  reason        TEXT NOT NULL,
  revision      INTEGER NOT NULL
) STRICT;

CREATE TABLE versions(
  model           TEXT NOT NULL REFERENCES models(name),
  number          INTEGER NOT NULL CHECK(number > 0),
  created_us      INTEGER NOT NULL,
  author          TEXT NOT NULL,
  state           TEXT NOT NULL CHECK(state IN ('candidate', 'refused', 'archived')),
  state_reason    TEXT NOT NULL,
  artifact_blob   TEXT NOT NULL,
  artifact_name   TEXT NOT NULL,
  format          TEXT NOT NULL,
  signature_json  TEXT NOT NULL,
  source          TEXT NOT NULL,
  training_data   TEXT NOT NULL,
  metrics_json    TEXT NOT NULL,
  golden_blob     TEXT NOT NULL,
  reference_blob  TEXT NOT NULL,
  contract_hash   TEXT NOT NULL,
  validation_json TEXT NOT NULL,
  PRIMARY KEY(model, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE state_changes(
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  model  TEXT NOT NULL,
  number INTEGER NOT NULL,
  state  TEXT NOT NULL,
  at_us  INTEGER NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  FOREIGN KEY(model, number) REFERENCES versions(model, number)
) STRICT;

CREATE TABLE aliases(
  model   TEXT NOT NULL,
  alias   TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY(model, alias),
  FOREIGN KEY(model, version) REFERENCES versions(model, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE alias_changes(
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  model        TEXT NOT NULL REFERENCES models(name),
  alias        TEXT NOT NULL,
  from_version INTEGER NOT NULL,
  to_version   INTEGER NOT NULL,
  at_us        INTEGER NOT NULL,
  author       TEXT NOT NULL,
  reason       TEXT NOT NULL,
  revision     INTEGER NOT NULL,
  forced       INTEGER NOT NULL
) STRICT;
CREATE INDEX alias_changes_by_model ON alias_changes(model, alias, id);

CREATE TABLE champion_stack(
  model    TEXT NOT NULL,
  position INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  PRIMARY KEY(model, position),
  FOREIGN KEY(model, version) REFERENCES versions(model, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE desired_revisions(
  revision       INTEGER PRIMARY KEY AUTOINCREMENT,
  model          TEXT NOT NULL REFERENCES models(name),
  model_revision INTEGER NOT NULL,
  champion       INTEGER NOT NULL,
  previous       INTEGER NOT NULL,
  contract_hash  TEXT NOT NULL,
  at_us          INTEGER NOT NULL,
  author         TEXT NOT NULL,
  reason         TEXT NOT NULL
) STRICT;
CREATE INDEX desired_revisions_by_model ON desired_revisions(model, revision);

CREATE TABLE verdicts(
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  model         TEXT NOT NULL REFERENCES models(name),
  version       INTEGER NOT NULL,
  start_us      INTEGER NOT NULL,
  end_us        INTEGER NOT NULL,
  rows          INTEGER NOT NULL,
  verdict       TEXT NOT NULL,
  evidence_json TEXT NOT NULL,
  UNIQUE(model, version, start_us, end_us)
) STRICT;
CREATE INDEX verdicts_by_model ON verdicts(model, id);
)sql";

// Verdicts of several kinds on one window, with what alert rules read.
constexpr std::string_view kVerdictKinds = R"sql(
ALTER TABLE verdicts RENAME TO verdicts_of_drift;
DROP INDEX verdicts_by_model;
CREATE TABLE verdicts(
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  model         TEXT NOT NULL REFERENCES models(name),
  version       INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  start_us      INTEGER NOT NULL,
  end_us        INTEGER NOT NULL,
  rows          INTEGER NOT NULL,
  verdict       TEXT NOT NULL,
  evidence_json TEXT NOT NULL,
  findings_json TEXT NOT NULL,
  UNIQUE(model, version, kind, start_us, end_us)
) STRICT;
INSERT INTO verdicts SELECT id, model, version, 'drift', start_us, end_us, rows, verdict,
  evidence_json, '[]' FROM verdicts_of_drift;
DROP TABLE verdicts_of_drift;
CREATE INDEX verdicts_by_model ON verdicts(model, kind, id);
)sql";

// What the watch learned of a version beside its reference profile.
constexpr std::string_view kWatchBlob =
    "ALTER TABLE versions ADD COLUMN watch_blob TEXT NOT NULL DEFAULT '';";

}  // namespace

std::span<const std::string_view> RegistrySchema() {
  static const std::array<std::string_view, 5> kSteps = {kFirst, kVerdictKinds, kWatchBlob,
                                                         kCatalogueStep, kLoggedModelStep};
  return kSteps;
}

}  // namespace mooring::records
