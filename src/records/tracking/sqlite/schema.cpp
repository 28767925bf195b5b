#include "records/tracking/sqlite/schema.h"

#include <array>

namespace mooring::records {
namespace {

// Ids of experiments and keys are never given twice: clients remember the first, caches the second.
constexpr std::string_view kExperiments = R"sql(
CREATE TABLE experiments(
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  name              TEXT NOT NULL UNIQUE,
  artifact_location TEXT NOT NULL,
  stage             INTEGER NOT NULL DEFAULT 0,
  created_ms        INTEGER NOT NULL,
  updated_ms        INTEGER NOT NULL,
  deleted_ms        INTEGER
) STRICT;
CREATE INDEX experiments_newest ON experiments(stage, created_ms DESC, id);

CREATE TABLE experiment_tags(
  experiment INTEGER NOT NULL,
  key        TEXT NOT NULL,
  value      TEXT NOT NULL,
  PRIMARY KEY(experiment, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys(
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  experiment INTEGER NOT NULL,
  name       TEXT NOT NULL,
  UNIQUE(experiment, name)
) STRICT;
)sql";

// `by_experiment`: deleted with its experiment, and so restored with it.
constexpr std::string_view kRuns = R"sql(
CREATE TABLE runs(
  id            INTEGER PRIMARY KEY,
  uuid          TEXT NOT NULL UNIQUE,
  experiment    INTEGER NOT NULL,
  name          TEXT NOT NULL,
  user          TEXT NOT NULL,
  artifact_uri  TEXT NOT NULL,
  status        INTEGER NOT NULL DEFAULT 1,
  stage         INTEGER NOT NULL DEFAULT 0,
  by_experiment INTEGER NOT NULL DEFAULT 0,
  start_ms      INTEGER,
  end_ms        INTEGER,
  deleted_ms    INTEGER
) STRICT;
CREATE INDEX runs_newest ON runs(experiment, stage, start_ms DESC, uuid);

CREATE TABLE latest(
  run       INTEGER NOT NULL,
  key       INTEGER NOT NULL,
  value     REAL,
  timestamp INTEGER NOT NULL,
  step      INTEGER NOT NULL,
  PRIMARY KEY(run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX latest_by_value ON latest(key, value, run);

CREATE TABLE history(
  id    INTEGER PRIMARY KEY,
  block BLOB NOT NULL
) STRICT;

CREATE TABLE params(
  run   INTEGER NOT NULL,
  key   INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX params_by_value ON params(key, value, run);

CREATE TABLE tags(
  run   INTEGER NOT NULL,
  key   INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_value ON tags(key, value, run);
)sql";

// A dataset's tags belong to its use by a run; the tag mlflow.data.context is its context.
constexpr std::string_view kInputs = R"sql(
CREATE TABLE datasets(
  id          INTEGER PRIMARY KEY,
  experiment  INTEGER NOT NULL,
  name        TEXT NOT NULL,
  digest      TEXT NOT NULL,
  source_type TEXT NOT NULL,
  source      TEXT NOT NULL,
  schema      TEXT NOT NULL,
  profile     TEXT NOT NULL,
  UNIQUE(experiment, name, digest)
) STRICT;

CREATE TABLE run_datasets(
  run     INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  PRIMARY KEY(run, dataset)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_datasets_by_dataset ON run_datasets(dataset, run);

CREATE TABLE run_dataset_tags(
  run     INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  key     TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY(run, dataset, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_models(
  run    INTEGER NOT NULL,
  output INTEGER NOT NULL,
  model  TEXT NOT NULL,
  step   INTEGER NOT NULL DEFAULT 0,
  UNIQUE(run, output, model)
) STRICT;
)sql";

// `run` of a metric is the run that logged it.
constexpr std::string_view kLoggedModels = R"sql(
CREATE TABLE logged_models(
  id             INTEGER PRIMARY KEY,
  model_id       TEXT NOT NULL UNIQUE,
  experiment     INTEGER NOT NULL,
  name           TEXT NOT NULL,
  artifact_uri   TEXT NOT NULL,
  model_type     TEXT NOT NULL,
  source_run_id  TEXT NOT NULL,
  status         INTEGER NOT NULL,
  status_message TEXT NOT NULL DEFAULT '',
  stage          INTEGER NOT NULL DEFAULT 0,
  created_ms     INTEGER NOT NULL,
  updated_ms     INTEGER NOT NULL,
  deleted_ms     INTEGER
) STRICT;
CREATE INDEX logged_models_newest ON logged_models(experiment, stage, created_ms DESC, model_id);

CREATE TABLE logged_model_params(
  model INTEGER NOT NULL,
  key   INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(model, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE logged_model_tags(
  model INTEGER NOT NULL,
  key   INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(model, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE logged_model_metrics(
  model          INTEGER NOT NULL,
  key            INTEGER NOT NULL,
  dataset_name   TEXT NOT NULL,
  dataset_digest TEXT NOT NULL,
  run            INTEGER NOT NULL,
  value          REAL,
  timestamp      INTEGER NOT NULL,
  step           INTEGER NOT NULL,
  PRIMARY KEY(model, key, dataset_name, dataset_digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX logged_model_metrics_by_run ON logged_model_metrics(run);
)sql";

constexpr std::array<std::string_view, 4> kSteps = {kExperiments, kRuns, kInputs, kLoggedModels};

}  // namespace

std::span<const std::string_view> TrackingSchema() { return kSteps; }

}  // namespace mooring::records
