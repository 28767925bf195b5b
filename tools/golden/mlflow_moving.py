#!/usr/bin/env python3
"""Writes tests/golden/moving: a small mlruns directory and a small mlflow.db of the same content.

They are written from the rules of MLflow's file store and SQL store (what lies where, which columns
there are), not recorded from MLflow itself. Run: python3 tools/golden/mlflow_moving.py
"""
import json
import pathlib
import shutil
import sqlite3

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests/golden/moving"
RUNS = ROOT / "mlruns"
T0 = 1700000000000
A, B, C = "a" * 32, "b" * 32, "c" * 32
MODEL = "m-" + "d" * 32
STATUS = ["", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
NAN, INF = float("nan"), float("inf")

EXPERIMENTS = [  # id, name, stage, tags
    (0, "Default", "active", {}),
    (1, "fares: winter", "active", {"team": "pricing", "mlflow.note.content": "two\nlines"}),
    (7, "old", "deleted", {}),
]
RUN_ROWS = [  # id, experiment, name, status, stage, start, end, params, tags, metrics
    (A, 1, "brisk-owl-1", 3, "active", T0, T0 + 5000,
     {"lr": "0.1", "depth": "6", "note": "", "opt/name": "größe: 'x'"},
     {"mlflow.runName": "brisk-owl-1", "mlflow.user": "ann"},
     {"loss": [(T0, 0.5, 0), (T0 + 1, 0.25, 1), (T0 + 2, NAN, 2)],
      "val/auc": [(T0 + 3, 0.875, 0)], "grad": [(T0, INF, -1), (T0, 1e-300, 5)]}),
    (B, 1, "calm-fox-2", 4, "deleted", T0 + 10, None, {"lr": "0.2"},
     {"mlflow.runName": "calm-fox-2"}, {"loss": [(T0 + 10, 0.75, 0)]}),
    (C, 7, "late-elk-3", 1, "active", T0 + 20, None, {}, {"mlflow.runName": "late-elk-3"}, {}),
]
DATASET = {"name": "train", "digest": "0f3a", "source_type": "local", "source": '{"uri": "x.csv"}',
           "schema": '{"mlflow_colspec": []}', "profile": '{"num_rows": 3}'}
FILES = {  # experiment/owner/artifacts/path: bytes
    f"1/{A}/artifacts/plots/roc.txt": b"0 0\n1 1\n",
    f"1/{A}/artifacts/empty": b"",
    f"1/models/{MODEL}/artifacts/MLmodel": b"flavors: {}\n",
    f"1/models/{MODEL}/artifacts/model.ubj": bytes(range(256)) * 8,
}


def yaml(path, fields):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{k}: {json.dumps(v, ensure_ascii=False)}\n" for k, v in fields.items()]
    path.write_text("".join(lines), encoding="utf-8")


def values(directory, pairs):
    directory.mkdir(parents=True, exist_ok=True)
    for key, value in pairs.items():
        (directory / key).parent.mkdir(parents=True, exist_ok=True)
        (directory / key).write_text(value, encoding="utf-8", newline="")


def write_files():
    for number, name, stage, tags in EXPERIMENTS:
        place = (RUNS / ".trash" if stage == "deleted" else RUNS) / str(number)
        yaml(place / "meta.yaml", {
            "artifact_location": f"mlflow-artifacts:/{number}", "creation_time": T0,
            "experiment_id": str(number), "last_update_time": T0, "lifecycle_stage": stage,
            "name": name})
        values(place / "tags", tags)
    for run, experiment, name, status, stage, start, end, params, tags, metrics in RUN_ROWS:
        place = (RUNS / ".trash" if experiment == 7 else RUNS) / str(experiment) / run
        yaml(place / "meta.yaml", {
            "artifact_uri": f"mlflow-artifacts:/{experiment}/{run}/artifacts", "end_time": end,
            "entry_point_name": "", "experiment_id": str(experiment), "lifecycle_stage": stage,
            "run_id": run, "run_name": name, "run_uuid": run, "source_name": "",
            "source_type": 4, "source_version": "", "start_time": start, "status": status,
            "tags": [], "user_id": "ann"})
        values(place / "params", params)
        values(place / "tags", tags)
        values(place / "metrics", {k: "".join(f"{t} {v!r} {s}\n" for t, v, s in points)
                                   for k, points in metrics.items()})
    yaml(RUNS / "1/datasets/5e7/meta.yaml", DATASET)
    yaml(RUNS / f"1/{A}/inputs/91b/meta.yaml", {
        "destination_id": "5e7", "destination_type": "RUN", "source_id": "5e7",
        "source_type": "DATASET", "tags": {"mlflow.data.context": "training"}})
    yaml(RUNS / f"1/{A}/outputs/{MODEL}/meta.yaml", {
        "destination_id": MODEL, "destination_type": "MODEL_OUTPUT", "source_id": A,
        "source_type": "RUN_OUTPUT", "step": 2, "tags": {}})
    model = RUNS / "1/models" / MODEL
    yaml(model / "meta.yaml", {
        "artifact_location": f"mlflow-artifacts:/1/models/{MODEL}/artifacts",
        "creation_timestamp": T0, "experiment_id": "1", "last_updated_timestamp": T0,
        "lifecycle_stage": "active", "model_id": MODEL, "model_type": "xgboost", "name": "booster",
        "source_run_id": A, "status": 2, "status_message": None})
    values(model / "params", {"eta": "0.3"})
    values(model / "tags", {"kind": "tree"})
    values(model / "metrics", {"val/auc": f"{T0 + 3} 0.875 0 {A} train 0f3a\n"})
    for path, content in FILES.items():
        (RUNS / path).parent.mkdir(parents=True, exist_ok=True)
        (RUNS / path).write_bytes(content)
    registered = RUNS / "models/fare"
    yaml(registered / "meta.yaml", {"aliases": {}, "creation_timestamp": T0,
                                    "description": "prices of seats",
                                    "last_updated_timestamp": T0, "name": "fare"})
    values(registered / "tags", {"owner": "ann"})
    values(registered / "aliases", {"challenger": "3"})
    for number, source, stage in VERSIONS:
        yaml(registered / f"version-{number}/meta.yaml", {
            "creation_timestamp": T0, "current_stage": stage, "description": f"no. {number}",
            "last_updated_timestamp": T0, "name": "fare", "run_id": A, "run_link": "",
            "source": source, "status": "READY", "status_message": None,
            "storage_location": source, "user_id": None, "version": number})
        values(registered / f"version-{number}/tags", {"checked": "yes"})


VERSIONS = [(1, f"models:/{MODEL}", "Archived"),
            (3, f"mlflow-artifacts:/1/{A}/artifacts/plots", "Production")]

SCHEMA = """
CREATE TABLE experiments(experiment_id INTEGER PRIMARY KEY, name VARCHAR(256) UNIQUE,
  artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32), creation_time BIGINT,
  last_update_time BIGINT);
CREATE TABLE experiment_tags(key VARCHAR(250), value VARCHAR(5000), experiment_id INTEGER,
  PRIMARY KEY(key, experiment_id));
CREATE TABLE runs(run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20),
  source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9),
  start_time BIGINT, end_time BIGINT, source_version VARCHAR(50), lifecycle_stage VARCHAR(20),
  artifact_uri VARCHAR(200), experiment_id INTEGER, deleted_time BIGINT);
CREATE TABLE metrics(key VARCHAR(250), value FLOAT NOT NULL, timestamp BIGINT, run_uuid VARCHAR(32),
  step BIGINT, is_nan BOOLEAN, PRIMARY KEY(key, timestamp, step, run_uuid, value, is_nan));
CREATE TABLE latest_metrics(key VARCHAR(250), value FLOAT, timestamp BIGINT, step BIGINT NOT NULL,
  is_nan BOOLEAN NOT NULL, run_uuid VARCHAR(32), PRIMARY KEY(key, run_uuid));
CREATE TABLE params(key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32),
  PRIMARY KEY(key, run_uuid));
CREATE TABLE tags(key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32),
  PRIMARY KEY(key, run_uuid));
CREATE TABLE datasets(dataset_uuid VARCHAR(36), experiment_id INTEGER, name VARCHAR(500),
  digest VARCHAR(36), dataset_source_type VARCHAR(36), dataset_source TEXT, dataset_schema TEXT,
  dataset_profile TEXT, PRIMARY KEY(experiment_id, name, digest));
CREATE TABLE inputs(input_uuid VARCHAR(36), source_type VARCHAR(36), source_id VARCHAR(36),
  destination_type VARCHAR(36), destination_id VARCHAR(36), step BIGINT DEFAULT 0,
  PRIMARY KEY(source_type, source_id, destination_type, destination_id));
CREATE TABLE input_tags(input_uuid VARCHAR(36), name VARCHAR(255), value VARCHAR(500),
  PRIMARY KEY(input_uuid, name));
CREATE TABLE logged_models(model_id VARCHAR(36) PRIMARY KEY, experiment_id INTEGER,
  name VARCHAR(500), artifact_location VARCHAR(1000), creation_timestamp_ms BIGINT,
  last_updated_timestamp_ms BIGINT, status INTEGER, lifecycle_stage VARCHAR(32),
  model_type VARCHAR(500), source_run_id VARCHAR(32), status_message VARCHAR(1000));
CREATE TABLE logged_model_metrics(model_id VARCHAR(36), metric_name VARCHAR(500),
  metric_timestamp_ms BIGINT, metric_step BIGINT, metric_value FLOAT, experiment_id INTEGER,
  run_id VARCHAR(32), dataset_uuid VARCHAR(36), dataset_name VARCHAR(500),
  dataset_digest VARCHAR(36));
CREATE TABLE logged_model_params(model_id VARCHAR(36), experiment_id INTEGER,
  param_key VARCHAR(255), param_value TEXT);
CREATE TABLE logged_model_tags(model_id VARCHAR(36), experiment_id INTEGER, tag_key VARCHAR(255),
  tag_value TEXT);
CREATE TABLE registered_models(name VARCHAR(256) PRIMARY KEY, creation_time BIGINT,
  last_updated_time BIGINT, description VARCHAR(5000));
CREATE TABLE registered_model_tags(key VARCHAR(250), value VARCHAR(5000), name VARCHAR(256));
CREATE TABLE registered_model_aliases(alias VARCHAR(256), version INTEGER, name VARCHAR(256));
CREATE TABLE model_versions(name VARCHAR(256), version INTEGER, creation_time BIGINT,
  last_updated_time BIGINT, description VARCHAR(5000), user_id VARCHAR(256),
  current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32), status VARCHAR(20),
  status_message VARCHAR(500), run_link VARCHAR(500), storage_location VARCHAR(500),
  PRIMARY KEY(name, version));
CREATE TABLE model_version_tags(key VARCHAR(250), value VARCHAR(5000), name VARCHAR(256),
  version INTEGER);
"""


def stored(value):
    """NaN is a flag beside 0; infinities are the greatest doubles."""
    if value != value:
        return 0.0, 1
    return max(min(value, 1.7976931348623157e308), -1.7976931348623157e308), 0


def write_database():
    path = ROOT / "mlflow.db"
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.executescript("PRAGMA page_size=1024;" + SCHEMA)

    def put(table, *row):
        db.execute(f"INSERT INTO {table} VALUES({','.join('?' * len(row))})", row)

    for number, name, stage, tags in EXPERIMENTS:
        put("experiments", number, name, f"mlflow-artifacts:/{number}", stage, T0, T0)
        for key, value in tags.items():
            put("experiment_tags", key, value, number)
    for run, experiment, name, status, stage, start, end, params, tags, metrics in RUN_ROWS:
        put("runs", run, name, "LOCAL", "", "", "ann", STATUS[status], start, end, "", stage,
            f"mlflow-artifacts:/{experiment}/{run}/artifacts", experiment, None)
        for key, value in params.items():
            put("params", key, value, run)
        for key, value in tags.items():
            put("tags", key, value, run)
        for key, points in metrics.items():
            for timestamp, value, step in points:
                put("metrics", key, stored(value)[0], timestamp, run, step, stored(value)[1])
            timestamp, value, step = max(points, key=lambda p: (p[2], p[0]))
            put("latest_metrics", key, stored(value)[0], timestamp, step, stored(value)[1], run)
    put("datasets", "u-5e7", 1, *[DATASET[k] for k in (
        "name", "digest", "source_type", "source", "schema", "profile")])
    put("inputs", "i-1", "DATASET", "u-5e7", "RUN", A, 0)
    put("input_tags", "i-1", "mlflow.data.context", "training")
    put("inputs", "i-2", "RUN_OUTPUT", A, "MODEL_OUTPUT", MODEL, 2)
    put("logged_models", MODEL, 1, "booster", f"mlflow-artifacts:/1/models/{MODEL}/artifacts", T0,
        T0, 2, "active", "xgboost", A, None)
    put("logged_model_params", MODEL, 1, "eta", "0.3")
    put("logged_model_tags", MODEL, 1, "kind", "tree")
    put("logged_model_metrics", MODEL, "val/auc", T0 + 3, 0, 0.875, 1, A, "u-5e7", "train", "0f3a")
    put("registered_models", "fare", T0, T0, "prices of seats")
    put("registered_model_tags", "owner", "ann", "fare")
    put("registered_model_aliases", "challenger", 3, "fare")
    put("model_versions", "fare", 2, T0, T0, "", None, "Deleted_Internal", "REDACTED", None,
        "READY", None, "", None)
    for number, source, stage in VERSIONS:
        put("model_versions", "fare", number, T0, T0, f"no. {number}", None, stage, source, A,
            "READY", None, "", source)
        put("model_version_tags", "checked", "yes", "fare", number)
    db.commit()
    db.execute("VACUUM")
    db.close()


shutil.rmtree(ROOT, ignore_errors=True)
write_files()
write_database()
