#include "records/tracking/sqlite/logged_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "records/tracking/metric_point.h"
#include "records/tracking/sqlite/experiments.h"

namespace mooring::records {
namespace {

struct ModelRow {
  std::int64_t number = 0, experiment = 0;
};

Result<ModelRow> Find(Session& session, std::string_view id) {
  ASSIGN_OR_RETURN(Query find, session.Ask("SELECT id, experiment FROM logged_models "
                                           "WHERE model_id = ? AND stage = 0"));
  RETURN_IF_ERROR(find->Start(id));
  ASSIGN_OR_RETURN(const bool found, find->Step());
  if (found) return ModelRow{find->Int(0), find->Int(1)};
  return Error(Code::kNotFound, fmt::format("Logged model with ID '{}' not found.", id));
}

Status PutTags(Session& session, const ModelRow& model, std::span<const KeyValue> tags) {
  for (const KeyValue& tag : tags) {
    ASSIGN_OR_RETURN(const std::int64_t key, session.InternKey(model.experiment, tag.key));
    RETURN_IF_ERROR(
        session.Run("INSERT INTO logged_model_tags(model, key, value) VALUES(?, ?, ?) "
                    "ON CONFLICT(model, key) DO UPDATE SET value = excluded.value",
                    model.number, key, tag.value));
  }
  return Ok();
}

Status PutParam(Session& session, const ModelRow& model, const KeyValue& param,
                std::string_view id) {
  ASSIGN_OR_RETURN(const std::int64_t key, session.InternKey(model.experiment, param.key));
  ASSIGN_OR_RETURN(Query find, session.Ask("SELECT value FROM logged_model_params "
                                           "WHERE model = ? AND key = ?"));
  RETURN_IF_ERROR(find->Start(model.number, key));
  ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) {
    return session.Run("INSERT INTO logged_model_params(model, key, value) VALUES(?, ?, ?)",
                       model.number, key, param.value);
  }
  if (find->Text(0) == param.value) return Ok();
  return Error(Code::kInvalidArgument,
               fmt::format("Changing param values is not allowed. Param with key='{}' was already "
                           "logged with value='{}' for model ID='{}'. Attempted logging new value "
                           "'{}'.",
                           param.key, find->Text(0), id, param.value));
}

Status FillMetrics(Session& session, std::int64_t number, LoggedModel& model) {
  ASSIGN_OR_RETURN(
      Query read,
      session.Ask("SELECT key, dataset_name, dataset_digest, value, timestamp, step, "
                  "coalesce(uuid, '') FROM logged_model_metrics LEFT JOIN runs ON runs.id = run "
                  "WHERE model = ?"));
  RETURN_IF_ERROR(read->Start(number));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, read->Step());
    if (!more) break;
    Metric metric;
    ASSIGN_OR_RETURN(metric.key, session.KeyName(read->Int(0)));
    metric.dataset_name = read->String(1);
    metric.dataset_digest = read->String(2);
    metric.value = ValueOf(*read, 3);
    metric.timestamp = read->Int(4);
    metric.step = read->Int(5);
    metric.run_id = read->String(6);
    metric.model_id = model.id;
    model.metrics.push_back(std::move(metric));
  }
  std::sort(model.metrics.begin(), model.metrics.end(), [](const Metric& a, const Metric& b) {
    return std::tie(a.key, a.dataset_name, a.dataset_digest) <
           std::tie(b.key, b.dataset_name, b.dataset_digest);
  });
  return Ok();
}

Status PutMetric(Session& session, std::int64_t run, const ModelRow& model, const Metric& metric) {
  ASSIGN_OR_RETURN(const std::int64_t key, session.InternKey(model.experiment, metric.key));
  ASSIGN_OR_RETURN(Query read,
                   session.Ask("SELECT value, timestamp, step FROM logged_model_metrics "
                               "WHERE model = ? AND key = ? AND dataset_name = ? AND "
                               "dataset_digest = ?"));
  RETURN_IF_ERROR(read->Start(model.number, key, metric.dataset_name, metric.dataset_digest));
  ASSIGN_OR_RETURN(const bool found, read->Step());
  if (found) {
    const MetricPoint latest{ValueOf(*read, 0), read->Int(1), read->Int(2)};
    if (CompareLatest(metric, latest) <= 0) return Ok();
  }
  return session.Run(
      "INSERT INTO logged_model_metrics(model, key, dataset_name, dataset_digest, run, value, "
      "timestamp, step) VALUES(?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(model, key, dataset_name, dataset_digest) DO UPDATE SET run = excluded.run, "
      "value = excluded.value, timestamp = excluded.timestamp, step = excluded.step",
      model.number, key, metric.dataset_name, metric.dataset_digest, run, Plain(metric.value),
      metric.timestamp, metric.step);
}

}  // namespace

Result<LoggedModel> ReadLoggedModelRow(Session& session, std::int64_t number) {
  ASSIGN_OR_RETURN(Query read,
                   session.Ask("SELECT model_id, experiment, name, artifact_uri, model_type, "
                               "source_run_id, status, status_message, created_ms, updated_ms "
                               "FROM logged_models WHERE id = ?"));
  RETURN_IF_ERROR(read->Start(number));
  ASSIGN_OR_RETURN(const bool found, read->Step());
  if (!found) return Error(Code::kDataLoss, fmt::format("no model {} in tracking.db", number));
  LoggedModel model;
  model.id = read->String(0);
  model.experiment_id = std::to_string(read->Int(1));
  model.name = read->String(2);
  model.artifact_uri = read->String(3);
  model.model_type = read->String(4);
  model.source_run_id = read->String(5);
  model.status = static_cast<LoggedModelStatus>(read->Int(6));
  model.status_message = read->String(7);
  model.created = read->Int(8);
  model.updated = read->Int(9);
  RETURN_IF_ERROR(FillKeyValues(
      session, "SELECT key, value FROM logged_model_params WHERE model = ?", number, model.params));
  RETURN_IF_ERROR(FillKeyValues(session, "SELECT key, value FROM logged_model_tags WHERE model = ?",
                                number, model.tags));
  RETURN_IF_ERROR(FillMetrics(session, number, model));
  return model;
}

Result<LoggedModel> ReadLoggedModel(Session& session, std::string_view id) {
  ASSIGN_OR_RETURN(const ModelRow row, Find(session, id));
  return ReadLoggedModelRow(session, row.number);
}

Result<LoggedModel> CreateLoggedModelIn(Session& session, const NewLoggedModel& model, Millis now) {
  ASSIGN_OR_RETURN(const ExperimentRow experiment,
                   FindActiveExperiment(session, model.experiment_id));
  const Status added = session.Run(
      "INSERT INTO logged_models(model_id, experiment, name, artifact_uri, model_type, "
      "source_run_id, status, created_ms, updated_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
      model.id, experiment.number, model.name,
      JoinLocation(experiment.artifact_location, "models/" + model.id + "/artifacts"),
      model.model_type, model.source_run_id, static_cast<std::int64_t>(LoggedModelStatus::kPending),
      now, now);
  if (!added.ok() && added.error().code() == Code::kAlreadyExists) {
    return Error(Code::kAlreadyExists,
                 fmt::format("Logged model with ID '{}' already exists.", model.id));
  }
  RETURN_IF_ERROR(added);
  const ModelRow row{session.db().last_insert_id(), experiment.number};
  RETURN_IF_ERROR(PutTags(session, row, model.tags));
  for (const KeyValue& param : model.params) {
    RETURN_IF_ERROR(PutParam(session, row, param, model.id));
  }
  return ReadLoggedModelRow(session, row.number);
}

Result<LoggedModel> FinalizeLoggedModelIn(Session& session, std::string_view id,
                                          LoggedModelStatus status, Millis now) {
  ASSIGN_OR_RETURN(const ModelRow row, Find(session, id));
  RETURN_IF_ERROR(session.Run("UPDATE logged_models SET status = ?, updated_ms = ? WHERE id = ?",
                              static_cast<std::int64_t>(status), now, row.number));
  return ReadLoggedModelRow(session, row.number);
}

Status DeleteLoggedModelIn(Session& session, std::string_view id, Millis now) {
  ASSIGN_OR_RETURN(const ModelRow row, Find(session, id));
  return session.Run(
      "UPDATE logged_models SET stage = 1, deleted_ms = ?, updated_ms = ? WHERE id = ?", now, now,
      row.number);
}

Status SetLoggedModelTagsIn(Session& session, std::string_view id, std::span<const KeyValue> tags) {
  ASSIGN_OR_RETURN(const ModelRow row, Find(session, id));
  return PutTags(session, row, tags);
}

Status DeleteLoggedModelTagIn(Session& session, std::string_view id, std::string_view key) {
  ASSIGN_OR_RETURN(const ModelRow row, Find(session, id));
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> known, session.FindKey(row.experiment, key));
  if (known.has_value()) {
    RETURN_IF_ERROR(session.Run("DELETE FROM logged_model_tags WHERE model = ? AND key = ?",
                                row.number, *known));
    if (session.db().changed_rows() != 0) return Ok();
  }
  return Error(Code::kNotFound,
               fmt::format("No tag with key '{}' for model with ID '{}'.", key, id));
}

Status LogLoggedModelParamsIn(Session& session, std::string_view id,
                              std::span<const KeyValue> params) {
  ASSIGN_OR_RETURN(const ModelRow row, Find(session, id));
  for (const KeyValue& param : params) RETURN_IF_ERROR(PutParam(session, row, param, id));
  return Ok();
}

Status LogModelMetrics(Session& session, const RunRow& run, std::span<const Metric> metrics) {
  std::string_view last_id;
  ModelRow model;
  for (const Metric& metric : metrics) {
    if (metric.model_id.empty()) continue;
    if (metric.model_id != last_id) {
      ASSIGN_OR_RETURN(model, Find(session, metric.model_id));
      last_id = metric.model_id;
    }
    RETURN_IF_ERROR(PutMetric(session, run.number, model, metric));
  }
  return Ok();
}

}  // namespace mooring::records
