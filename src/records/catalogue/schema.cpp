#include "records/catalogue/schema.h"

namespace mooring::records {

// Times of cards are milliseconds, as clients read them; those of histories microseconds, as
// everywhere here. `gone`: a client deleted the model, but its contract and numbers stay.
// `after_id` of a pointer's change: the newest id of alias_changes before it, so that both
// histories have one order.
const std::string_view kCatalogueStep = R"sql(
CREATE TABLE cards(
  name         TEXT PRIMARY KEY CHECK(name <> ''),
  user         TEXT NOT NULL,
  description  TEXT NOT NULL,
  created_ms   INTEGER NOT NULL,
  updated_ms   INTEGER NOT NULL,
  last_version INTEGER NOT NULL DEFAULT 0,
  gone         INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE card_tags(
  name  TEXT NOT NULL REFERENCES cards(name) ON DELETE CASCADE ON UPDATE CASCADE,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(name, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE card_versions(
  name        TEXT NOT NULL REFERENCES cards(name) ON DELETE CASCADE ON UPDATE CASCADE,
  number      INTEGER NOT NULL CHECK(number > 0),
  user        TEXT NOT NULL,
  description TEXT NOT NULL,
  source      TEXT NOT NULL,
  run_id      TEXT NOT NULL,
  run_link    TEXT NOT NULL,
  model_id    TEXT NOT NULL,
  stage       INTEGER NOT NULL DEFAULT 0 CHECK(stage BETWEEN 0 AND 3),
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  deleted_ms  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(name, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_versions_by_stage ON card_versions(name, deleted_ms, stage, number);
CREATE INDEX card_versions_by_run ON card_versions(run_id) WHERE run_id <> '';

CREATE TABLE card_version_tags(
  name   TEXT NOT NULL,
  number INTEGER NOT NULL,
  key    TEXT NOT NULL,
  value  TEXT NOT NULL,
  PRIMARY KEY(name, number, key),
  FOREIGN KEY(name, number) REFERENCES card_versions(name, number)
    ON DELETE CASCADE ON UPDATE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE card_aliases(
  name   TEXT NOT NULL,
  alias  TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY(name, alias),
  FOREIGN KEY(name, number) REFERENCES card_versions(name, number)
    ON DELETE CASCADE ON UPDATE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE card_alias_changes(
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  after_id     INTEGER NOT NULL,
  name         TEXT NOT NULL REFERENCES cards(name) ON DELETE CASCADE ON UPDATE CASCADE,
  alias        TEXT NOT NULL,
  from_version INTEGER NOT NULL,
  to_version   INTEGER NOT NULL,
  at_us        INTEGER NOT NULL,
  author       TEXT NOT NULL,
  reason       TEXT NOT NULL,
  revision     INTEGER NOT NULL,
  rolled_back  INTEGER NOT NULL
) STRICT;
CREATE INDEX card_alias_changes_by_name ON card_alias_changes(name, alias, id);

INSERT INTO cards(name, user, description, created_ms, updated_ms, last_version)
  SELECT name, owner_person, purpose, created_us / 1000, created_us / 1000, last_version
  FROM models;
INSERT INTO card_versions(name, number, user, description, source, run_id, run_link, model_id,
                          created_ms, updated_ms)
  SELECT model, number, author, '', source, '', '', '', created_us / 1000, created_us / 1000
  FROM versions;
UPDATE cards SET updated_ms = max(updated_ms, coalesce(
  (SELECT max(created_ms) FROM card_versions v WHERE v.name = cards.name), 0));
)sql";

// A version made with models:/m-… as its source, but without the id, is of that logged model, too.
const std::string_view kLoggedModelStep = R"sql(
UPDATE card_versions SET model_id = substr(source, 9)
  WHERE model_id = '' AND source GLOB 'models:/m-*' AND instr(substr(source, 9), '/') = 0
    AND instr(source, '@') = 0;
CREATE INDEX card_versions_by_logged_model ON card_versions(model_id) WHERE model_id <> '';
)sql";

}  // namespace mooring::records
