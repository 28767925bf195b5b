#include "control/moving/mlflow_sqlite_source.h"

#include <algorithm>
#include <limits>
#include <set>

#include "control/moving/closed_tree.h"
#include "control/moving/mlflow_files.h"
#include "data/store/sqlite.h"
#include "records/catalogue/artifact_location.h"

namespace mooring::control {
namespace {

using data::Statement;
using records::PageOf;

constexpr std::size_t kRunsAPage = 200;
constexpr std::size_t kPointsAPage = 10'000;

records::Lifecycle StageOf(std::string_view text) {
  return text == "deleted" ? records::Lifecycle::kDeleted : records::Lifecycle::kActive;
}

records::RunStatus StatusOf(std::string_view text) {
  constexpr std::string_view kNames[] = {"RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == text) return static_cast<records::RunStatus>(i + 1);
  }
  return records::RunStatus::kRunning;
}

std::optional<records::Millis> TimeOf(const Statement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return row.Int(column);
}

records::MetricPoint PointOf(const Statement& row, int value, int nan, int timestamp, int step) {
  const bool is_nan = row.Int(nan) != 0 || row.IsNull(value);
  return {.value = is_nan ? std::numeric_limits<double>::quiet_NaN() : row.Real(value),
          .timestamp = row.Int(timestamp),
          .step = row.Int(step)};
}

class SqliteSource final : public MlflowSource {
 public:
  SqliteSource(data::Database db, std::string name, ClosedTree tree)
      : db_(std::move(db)), name_(std::move(name)), tree_(std::move(tree)) {}

  const std::string& name() const override { return name_; }
  Status ReadSchema();
  Result<PageOf<records::Experiment>> Experiments(const std::string& token) override;
  Result<PageOf<records::Run>> Runs(const std::string& experiment_id,
                                    const std::string& token) override;
  Result<PageOf<records::Metric>> History(const records::Run& run, const std::string& key,
                                          const std::string& token) override;
  Result<PageOf<records::LoggedModel>> LoggedModels(const std::string& experiment_id,
                                                    const std::string& token) override;
  Result<std::vector<SourceArtifact>> Artifacts(const ArtifactOwner& owner) override;
  Result<std::unique_ptr<ByteStream>> Open(const ArtifactOwner& owner,
                                           const std::string& path) override;
  Result<PageOf<records::RegisteredModel>> Models(const std::string& token) override;
  Result<std::vector<SourceVersion>> Versions(const std::string& model) override;

 private:
  bool Has(const std::string& table) const { return columns_.contains(table); }
  // The column, or NULL where this schema has none.
  std::string Column(const std::string& table, const std::string& column) const {
    return columns_.contains(table + "." + column) ? column : "NULL";
  }
  // Columns of a table, from the start: key, value.
  Result<std::vector<records::KeyValue>> Pairs(const std::string& table, const std::string& columns,
                                               const std::string& where, std::string_view id);
  Status FillRun(records::Run& run);
  Status FillInputs(records::Run& run);
  Status FillModel(records::LoggedModel& model);
  Result<std::string> Place(const std::string& uri) const;

  data::Database db_;
  std::string name_;
  ClosedTree tree_;
  std::set<std::string, std::less<>> columns_;  // "table" and "table.column"
};

Status SqliteSource::ReadSchema() {
  constexpr std::string_view kTables[] = {"experiments",
                                          "experiment_tags",
                                          "runs",
                                          "metrics",
                                          "latest_metrics",
                                          "params",
                                          "tags",
                                          "datasets",
                                          "inputs",
                                          "input_tags",
                                          "logged_models",
                                          "logged_model_metrics",
                                          "logged_model_params",
                                          "logged_model_tags",
                                          "registered_models",
                                          "registered_model_tags",
                                          "registered_model_aliases",
                                          "model_versions",
                                          "model_version_tags"};
  ASSIGN_OR_RETURN(Statement facts, db_.Prepare("SELECT name FROM pragma_table_info(?)"));
  for (const std::string_view table : kTables) {
    RETURN_IF_ERROR(facts.Start(table));
    for (;;) {
      ASSIGN_OR_RETURN(const bool there, facts.Step());
      if (!there) break;
      columns_.insert(std::string(table));
      columns_.insert(std::string(table) + "." + facts.String(0));
    }
  }
  for (const char* table : {"experiments", "runs", "params", "tags", "metrics"}) {
    if (!Has(table)) return Error(Code::kDataLoss, std::string("no table '") + table + "'");
  }
  return Ok();
}

Result<std::vector<records::KeyValue>> SqliteSource::Pairs(const std::string& table,
                                                           const std::string& columns,
                                                           const std::string& where,
                                                           std::string_view id) {
  std::vector<records::KeyValue> pairs;
  if (!Has(table)) return pairs;
  ASSIGN_OR_RETURN(Statement rows, db_.Prepare("SELECT " + columns + " FROM " + table + " WHERE " +
                                               where + " = ? ORDER BY 1"));
  RETURN_IF_ERROR(rows.Start(id));
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) return pairs;
    pairs.push_back({rows.String(0), rows.String(1)});
  }
}

Result<PageOf<records::Experiment>> SqliteSource::Experiments(const std::string&) {
  ASSIGN_OR_RETURN(
      Statement rows,
      db_.Prepare("SELECT experiment_id, name, artifact_location, lifecycle_stage, " +
                  Column("experiments", "creation_time") + ", " +
                  Column("experiments", "last_update_time") + " FROM experiments ORDER BY 1"));
  PageOf<records::Experiment> page;
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) return page;
    records::Experiment experiment{.id = rows.String(0),
                                   .name = rows.String(1),
                                   .artifact_location = rows.String(2),
                                   .stage = StageOf(rows.Text(3)),
                                   .created = rows.Int(4),
                                   .updated = rows.Int(5)};
    ASSIGN_OR_RETURN(experiment.tags,
                     Pairs("experiment_tags", "key, value", "experiment_id", experiment.id));
    page.items.push_back(std::move(experiment));
  }
}

Result<PageOf<records::Run>> SqliteSource::Runs(const std::string& experiment_id,
                                                const std::string& token) {
  ASSIGN_OR_RETURN(Statement rows,
                   db_.Prepare("SELECT run_uuid, name, user_id, artifact_uri, status, "
                               "lifecycle_stage, start_time, end_time FROM runs WHERE "
                               "experiment_id = ? AND run_uuid > ? ORDER BY run_uuid LIMIT ?"));
  RETURN_IF_ERROR(rows.Start(experiment_id, token, kRunsAPage));
  PageOf<records::Run> page;
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) break;
    records::Run& run = page.items.emplace_back();
    run.info = {.id = rows.String(0),
                .name = rows.String(1),
                .experiment_id = experiment_id,
                .user_id = rows.String(2),
                .artifact_uri = rows.String(3),
                .status = StatusOf(rows.Text(4)),
                .stage = StageOf(rows.Text(5)),
                .start = TimeOf(rows, 6),
                .end = TimeOf(rows, 7)};
  }
  if (page.items.size() == kRunsAPage) page.next_token = page.items.back().info.id;
  for (records::Run& run : page.items) RETURN_IF_ERROR(FillRun(run));
  return page;
}

Status SqliteSource::FillRun(records::Run& run) {
  const std::string& id = run.info.id;
  ASSIGN_OR_RETURN(run.params, Pairs("params", "key, value", "run_uuid", id));
  ASSIGN_OR_RETURN(run.tags, Pairs("tags", "key, value", "run_uuid", id));
  // Databases before latest_metrics have all in metrics; SQLite takes the other columns of the row
  // that holds the maximum.
  const std::string table = Has("latest_metrics") ? "latest_metrics" : "metrics";
  ASSIGN_OR_RETURN(Statement rows,
                   db_.Prepare("SELECT key, value, timestamp, max(" + Column(table, "step") +
                               "), " + Column(table, "is_nan") + " FROM " + table +
                               " WHERE run_uuid = ? GROUP BY key ORDER BY key"));
  RETURN_IF_ERROR(rows.Start(id));
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) break;
    records::Metric& metric = run.metrics.emplace_back();
    static_cast<records::MetricPoint&>(metric) = PointOf(rows, 1, 4, 2, 3);
    metric.key = rows.String(0);
  }
  return FillInputs(run);
}

Status SqliteSource::FillInputs(records::Run& run) {
  if (!Has("inputs")) return Ok();
  if (Has("datasets") && Has("input_tags")) {
    ASSIGN_OR_RETURN(
        Statement rows,
        db_.Prepare("SELECT d.name, d.digest, d.dataset_source_type, d.dataset_source, "
                    "d.dataset_schema, d.dataset_profile, i.input_uuid FROM inputs i JOIN datasets "
                    "d ON d.dataset_uuid = i.source_id WHERE i.source_type = 'DATASET' AND "
                    "i.destination_type = 'RUN' AND i.destination_id = ? ORDER BY 1, 2"));
    RETURN_IF_ERROR(rows.Start(run.info.id));
    for (;;) {
      ASSIGN_OR_RETURN(const bool there, rows.Step());
      if (!there) break;
      records::DatasetInput& input = run.dataset_inputs.emplace_back();
      input.dataset = {rows.String(0), rows.String(1), rows.String(2),
                       rows.String(3), rows.String(4), rows.String(5)};
      ASSIGN_OR_RETURN(input.tags, Pairs("input_tags", "name, value", "input_uuid", rows.Text(6)));
    }
  }
  ASSIGN_OR_RETURN(
      Statement rows,
      db_.Prepare("SELECT destination_type, destination_id, " + Column("inputs", "step") +
                  " FROM inputs WHERE source_id = ? AND "
                  "source_type IN ('RUN_INPUT', 'RUN_OUTPUT') ORDER BY 1, 2"));
  RETURN_IF_ERROR(rows.Start(run.info.id));
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) return Ok();
    if (rows.Text(0) == "MODEL_INPUT") run.model_inputs.push_back(rows.String(1));
    if (rows.Text(0) == "MODEL_OUTPUT") {
      run.model_outputs.push_back({.model_id = rows.String(1), .step = rows.Int(2)});
    }
  }
}

Result<PageOf<records::Metric>> SqliteSource::History(const records::Run& run,
                                                      const std::string& key,
                                                      const std::string& token) {
  // By rowid, which every table of SQLite without a whole-number key has.
  ASSIGN_OR_RETURN(Statement rows,
                   db_.Prepare("SELECT value, " + Column("metrics", "is_nan") + ", timestamp, " +
                               Column("metrics", "step") +
                               ", rowid FROM metrics WHERE run_uuid = "
                               "? AND key = ? AND rowid > ? ORDER BY rowid LIMIT ?"));
  RETURN_IF_ERROR(rows.Start(run.info.id, key, WholeNumber(token).value_or(0), kPointsAPage));
  PageOf<records::Metric> page;
  std::int64_t last = 0;
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) break;
    records::Metric& metric = page.items.emplace_back();
    static_cast<records::MetricPoint&>(metric) = PointOf(rows, 0, 1, 2, 3);
    metric.key = key;
    last = rows.Int(4);
  }
  if (page.items.size() == kPointsAPage) page.next_token = std::to_string(last);
  return page;
}

Result<PageOf<records::LoggedModel>> SqliteSource::LoggedModels(const std::string& experiment_id,
                                                                const std::string&) {
  PageOf<records::LoggedModel> page;
  if (!Has("logged_models")) return page;
  ASSIGN_OR_RETURN(
      Statement rows,
      db_.Prepare("SELECT model_id, name, artifact_location, creation_timestamp_ms, "
                  "last_updated_timestamp_ms, status, model_type, source_run_id, status_message "
                  "FROM logged_models WHERE experiment_id = ? AND lifecycle_stage IS NOT 'deleted' "
                  "ORDER BY 1"));
  RETURN_IF_ERROR(rows.Start(experiment_id));
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) break;
    const auto status = std::clamp<std::int64_t>(rows.Int(5), 1, 3);
    page.items.push_back({.id = rows.String(0),
                          .experiment_id = experiment_id,
                          .name = rows.String(1),
                          .artifact_uri = rows.String(2),
                          .model_type = rows.String(6),
                          .source_run_id = rows.String(7),
                          .status_message = rows.String(8),
                          .status = static_cast<records::LoggedModelStatus>(status),
                          .created = rows.Int(3),
                          .updated = rows.Int(4)});
  }
  for (records::LoggedModel& model : page.items) RETURN_IF_ERROR(FillModel(model));
  return page;
}

Status SqliteSource::FillModel(records::LoggedModel& model) {
  ASSIGN_OR_RETURN(model.params,
                   Pairs("logged_model_params", "param_key, param_value", "model_id", model.id));
  ASSIGN_OR_RETURN(model.tags,
                   Pairs("logged_model_tags", "tag_key, tag_value", "model_id", model.id));
  if (!Has("logged_model_metrics")) return Ok();
  ASSIGN_OR_RETURN(Statement rows,
                   db_.Prepare("SELECT metric_name, metric_value, 0, metric_timestamp_ms, "
                               "metric_step, run_id, dataset_name, dataset_digest FROM "
                               "logged_model_metrics WHERE model_id = ? ORDER BY 1, 5, 4"));
  RETURN_IF_ERROR(rows.Start(model.id));
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) return Ok();
    records::Metric& metric = model.metrics.emplace_back();
    static_cast<records::MetricPoint&>(metric) = PointOf(rows, 1, 2, 3, 4);
    metric.key = rows.String(0);
    metric.model_id = model.id;
    metric.run_id = rows.String(5);
    metric.dataset_name = rows.String(6);
    metric.dataset_digest = rows.String(7);
  }
}

// Relative to the root of artifacts.
Result<std::string> SqliteSource::Place(const std::string& uri) const {
  if (uri.starts_with("mlflow-artifacts:")) return records::StoredPath(uri);
  if (uri.starts_with('/') || uri.starts_with("file:")) {
    ASSIGN_OR_RETURN(const std::string path, LocalPath(uri));
    return Inside(tree_.root(), path);
  }
  std::string_view rest = uri;
  if (rest.starts_with("./")) rest.remove_prefix(2);
  const std::string_view root = tree_.root();
  const std::string folder = std::string(root.substr(root.rfind('/') + 1)) + "/";
  if (!rest.starts_with(folder)) {
    return Error(Code::kUnsupported, "artifacts that do not lie in the given directory")
        .Where(uri.substr(0, 200));
  }
  return std::string(rest.substr(folder.size()));
}

Result<std::vector<SourceArtifact>> SqliteSource::Artifacts(const ArtifactOwner& owner) {
  const auto place = Place(owner.uri);
  if (!place.ok()) {
    PassOver("artifacts of " + owner.id, place.error());
    return std::vector<SourceArtifact>();
  }
  std::vector<std::string> left_out;
  auto found = tree_.Walk(*place, &left_out);
  for (const std::string& what : left_out) PassOver(what, Error(Code::kUnsupported, "left out"));
  return found;
}

Result<std::unique_ptr<ByteStream>> SqliteSource::Open(const ArtifactOwner& owner,
                                                       const std::string& path) {
  ASSIGN_OR_RETURN(const std::string place, Place(owner.uri));
  return tree_.Open(JoinPath(place, path));
}

Result<PageOf<records::RegisteredModel>> SqliteSource::Models(const std::string&) {
  PageOf<records::RegisteredModel> page;
  if (!Has("registered_models")) return page;
  ASSIGN_OR_RETURN(Statement rows,
                   db_.Prepare("SELECT name, " + Column("registered_models", "description") +
                               ", creation_time, last_updated_time FROM registered_models "
                               "ORDER BY 1"));
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) return page;
    records::RegisteredModel& model = page.items.emplace_back();
    model.name = rows.String(0);
    model.description = rows.String(1);
    model.created = rows.Int(2);
    model.updated = rows.Int(3);
    ASSIGN_OR_RETURN(model.tags, Pairs("registered_model_tags", "key, value", "name", model.name));
    ASSIGN_OR_RETURN(const auto aliases,
                     Pairs("registered_model_aliases", "alias, version", "name", model.name));
    for (const records::KeyValue& alias : aliases) {
      const auto number = WholeNumber(alias.value).value_or(0);
      if (number > 0) model.aliases.emplace_back(alias.key, static_cast<VersionNumber>(number));
    }
  }
}

Result<std::vector<SourceVersion>> SqliteSource::Versions(const std::string& model) {
  std::vector<SourceVersion> versions;
  if (!Has("model_versions") || !Has("model_version_tags")) return versions;
  ASSIGN_OR_RETURN(
      Statement rows,
      db_.Prepare("SELECT version, description, user_id, current_stage, source, run_id, " +
                  Column("model_versions", "run_link") + ", " +
                  Column("model_versions", "storage_location") +
                  ", creation_time, last_updated_time FROM model_versions WHERE name = ? AND "
                  "current_stage IS NOT 'Deleted_Internal' ORDER BY version"));
  ASSIGN_OR_RETURN(Statement tags, db_.Prepare("SELECT key, value FROM model_version_tags WHERE "
                                               "name = ? AND version = ? ORDER BY 1"));
  RETURN_IF_ERROR(rows.Start(model));
  for (;;) {
    ASSIGN_OR_RETURN(const bool there, rows.Step());
    if (!there) return versions;
    if (rows.Int(0) <= 0 || rows.Int(0) > 1'000'000) continue;
    SourceVersion& version = versions.emplace_back();
    version.model = model;
    version.number = static_cast<VersionNumber>(rows.Int(0));
    version.description = rows.String(1);
    version.user = rows.String(2);
    const auto stage = records::ParseStage(rows.Text(3));
    version.stage = stage.ok() ? *stage : records::Stage::kNone;
    version.source = rows.String(4);
    version.run_id = rows.String(5);
    version.run_link = rows.String(6);
    version.storage = rows.String(7);
    version.created = rows.Int(8);
    version.updated = rows.Int(9);
    RETURN_IF_ERROR(tags.Start(model, rows.Int(0)));
    for (;;) {
      ASSIGN_OR_RETURN(const bool tag, tags.Step());
      if (!tag) break;
      version.tags.push_back({tags.String(0), tags.String(1)});
    }
  }
}

}  // namespace

Result<std::unique_ptr<MlflowSource>> OpenMlflowSqlite(FileSystem& files, const std::string& file,
                                                       const std::string& artifact_root) {
  ASSIGN_OR_RETURN(const FileStat facts, files.Stat(file));
  if (!facts.is_file) return Error(Code::kInvalidArgument, "not a file").Where(file);
  ASSIGN_OR_RETURN(data::Database db, data::Database::Open(file, {.read_only = true}));
  std::string root = artifact_root;
  if (root.empty()) {
    const std::string beside = file.substr(0, file.rfind('/') + 1);  // "" in this directory
    root = files.Exists(beside + "mlartifacts") ? beside + "mlartifacts" : beside + "mlruns";
  }
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  auto source =
      std::make_unique<SqliteSource>(std::move(db), "sqlite:" + file, ClosedTree(files, root));
  if (Status schema = source->ReadSchema(); !schema.ok()) {
    return std::move(schema).error().Where(file);
  }
  return std::unique_ptr<MlflowSource>(std::move(source));
}

}  // namespace mooring::control
