#include "records/tracking/sqlite/runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "records/tracking/sqlite/experiments.h"
#include "records/tracking/sqlite/metrics.h"
#include "records/tracking/sqlite/run_rows.h"

namespace mooring::records {
namespace {

// A text as Python shows it, for messages that clients compare.
std::string Quoted(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + quote;
}

Status PutTag(Session& session, const RunRow& run, const KeyValue& tag) {
  ASSIGN_OR_RETURN(const std::int64_t key, session.InternKey(run.experiment, tag.key));
  RETURN_IF_ERROR(
      session.Run("INSERT INTO tags(run, key, value) VALUES(?, ?, ?) "
                  "ON CONFLICT(run, key) DO UPDATE SET value = excluded.value",
                  run.number, key, tag.value));
  if (tag.key != kRunNameTag) return Ok();
  return session.Run("UPDATE runs SET name = ? WHERE id = ?", tag.value, run.number);
}

struct Changed {
  std::string key, was, would_be;
};

// Adds the params that are new; those that would change are told.
Status PutParams(Session& session, const RunRow& run, std::span<const KeyValue> params,
                 std::vector<Changed>& changed) {
  for (const KeyValue& param : params) {
    ASSIGN_OR_RETURN(const std::int64_t key, session.InternKey(run.experiment, param.key));
    ASSIGN_OR_RETURN(Query find, session.Ask("SELECT value FROM params WHERE run = ? AND key = ?"));
    RETURN_IF_ERROR(find->Start(run.number, key));
    ASSIGN_OR_RETURN(const bool found, find->Step());
    if (!found) {
      RETURN_IF_ERROR(session.Run("INSERT INTO params(run, key, value) VALUES(?, ?, ?)", run.number,
                                  key, param.value));
    } else if (find->Text(0) != param.value) {
      changed.push_back({param.key, find->String(0), param.value});
    }
  }
  return Ok();
}

Status CheckParamsAgree(std::span<const KeyValue> params) {
  std::vector<const KeyValue*> sorted;
  for (const KeyValue& param : params) sorted.push_back(&param);
  std::sort(sorted.begin(), sorted.end(),
            [](const KeyValue* a, const KeyValue* b) { return a->key < b->key; });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i]->key != sorted[i - 1]->key || sorted[i]->value == sorted[i - 1]->value) continue;
    return Error(Code::kInvalidArgument,
                 fmt::format("Duplicate parameter keys have been submitted: [{}]. Please ensure "
                             "the request contains only one param value per param key.",
                             Quoted(sorted[i]->key)));
  }
  return Ok();
}

Error ParamsChanged(const std::vector<Changed>& changed, std::string_view run_id) {
  std::string list;
  for (const Changed& param : changed) {
    list +=
        fmt::format("{}{{'key': {}, 'old_value': {}, 'new_value': {}}}", list.empty() ? "" : ", ",
                    Quoted(param.key), Quoted(param.was), Quoted(param.would_be));
  }
  return Error(Code::kInvalidArgument,
               fmt::format("Changing param values is not allowed. Params were already "
                           "logged='[{}]' for run ID='{}'.",
                           list, run_id));
}

}  // namespace

Result<std::string> NameOfNewRun(const NewRun& run) {
  std::string tagged;
  for (const KeyValue& tag : run.tags) {
    if (tag.key == kRunNameTag) tagged = tag.value;
  }
  if (run.name.empty() || tagged.empty() || run.name == tagged) {
    return run.name.empty() ? tagged : run.name;
  }
  return Error(Code::kInvalidArgument,
               fmt::format("Both 'run_name' argument and 'mlflow.runName' tag are specified, but "
                           "with different values (run_name='{}', mlflow.runName='{}').",
                           run.name, tagged));
}

std::vector<KeyValue> NewRunTags(const NewRun& run) {
  std::map<std::string, std::string> tags;
  for (const KeyValue& tag : run.tags) tags.insert_or_assign(tag.key, tag.value);
  tags.insert_or_assign(std::string(kRunNameTag), run.name);
  std::vector<KeyValue> sorted;
  for (const auto& [key, value] : tags) sorted.push_back({key, value});
  return sorted;
}

Result<RunHeader> CreateRunIn(Session& session, const NewRun& run) {
  ASSIGN_OR_RETURN(const ExperimentRow experiment,
                   FindActiveExperiment(session, run.experiment_id));
  const std::string artifacts = JoinLocation(experiment.artifact_location, run.id + "/artifacts");
  const Status added = session.Run(
      "INSERT INTO runs(uuid, experiment, name, user, artifact_uri, status, start_ms) "
      "VALUES(?, ?, ?, ?, ?, ?, ?)",
      run.id, experiment.number, run.name, run.user_id, artifacts,
      static_cast<std::int64_t>(RunStatus::kRunning), run.start);
  if (!added.ok() && added.error().code() == Code::kAlreadyExists) {
    return Error(Code::kAlreadyExists, fmt::format("Run with id={} already exists.", run.id));
  }
  RETURN_IF_ERROR(added);
  const RunRow row{session.db().last_insert_id(), experiment.number, false};
  for (const KeyValue& tag : NewRunTags(run)) {
    ASSIGN_OR_RETURN(const std::int64_t key, session.InternKey(row.experiment, tag.key));
    RETURN_IF_ERROR(session.Run("INSERT INTO tags(run, key, value) VALUES(?, ?, ?)", row.number,
                                key, tag.value));
  }
  return RunHeader{.id = run.id,
                   .name = run.name,
                   .experiment_id = std::to_string(experiment.number),
                   .user_id = run.user_id,
                   .artifact_uri = artifacts,
                   .start = run.start};
}

Result<RunHeader> UpdateRunIn(Session& session, std::string_view run_id, const RunChange& change) {
  ASSIGN_OR_RETURN(const RunRow run, FindActiveRun(session, run_id));
  if (change.status.has_value()) {
    RETURN_IF_ERROR(session.Run("UPDATE runs SET status = ? WHERE id = ?",
                                static_cast<std::int64_t>(*change.status), run.number));
  }
  if (change.end.has_value()) {
    RETURN_IF_ERROR(
        session.Run("UPDATE runs SET end_ms = ? WHERE id = ?", *change.end, run.number));
  }
  if (!change.name.empty()) {
    RETURN_IF_ERROR(PutTag(session, run, {std::string(kRunNameTag), change.name}));
  }
  return ReadRunHeader(session, run.number);
}

Status DeleteRunIn(Session& session, std::string_view run_id, Millis now) {
  ASSIGN_OR_RETURN(const RunRow run, FindRun(session, run_id));
  if (run.deleted) return Ok();
  return session.Run("UPDATE runs SET stage = 1, deleted_ms = ? WHERE id = ?", now, run.number);
}

Status RestoreRunIn(Session& session, std::string_view run_id) {
  ASSIGN_OR_RETURN(const RunRow run, FindRun(session, run_id));
  if (!run.deleted) return Ok();
  return session.Run("UPDATE runs SET stage = 0, deleted_ms = NULL, by_experiment = 0 WHERE id = ?",
                     run.number);
}

Status LogBatchIn(Session& session, std::string_view run_id, const LoggedBatch& batch) {
  ASSIGN_OR_RETURN(const RunRow run, FindActiveRun(session, run_id));
  RETURN_IF_ERROR(CheckParamsAgree(batch.params));
  std::vector<Changed> changed;
  RETURN_IF_ERROR(PutParams(session, run, batch.params, changed));
  if (!changed.empty()) return ParamsChanged(changed, run_id);
  RETURN_IF_ERROR(LogMetricsIn(session, run, batch.metrics));
  for (const KeyValue& tag : batch.tags) RETURN_IF_ERROR(PutTag(session, run, tag));
  return Ok();
}

Status LogParamIn(Session& session, std::string_view run_id, const KeyValue& param) {
  ASSIGN_OR_RETURN(const RunRow run, FindActiveRun(session, run_id));
  std::vector<Changed> changed;
  RETURN_IF_ERROR(PutParams(session, run, std::span(&param, 1), changed));
  if (changed.empty()) return Ok();
  return Error(Code::kInvalidArgument,
               fmt::format("Changing param values is not allowed. Param with key='{}' was already "
                           "logged with value='{}' for run ID='{}'. Attempted logging new value "
                           "'{}'.",
                           param.key, changed.front().was, run_id, param.value));
}

Status DeleteTagIn(Session& session, std::string_view run_id, std::string_view key) {
  ASSIGN_OR_RETURN(const RunRow run, FindActiveRun(session, run_id));
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> known, session.FindKey(run.experiment, key));
  if (known.has_value()) {
    RETURN_IF_ERROR(session.Run("DELETE FROM tags WHERE run = ? AND key = ?", run.number, *known));
    if (session.db().changed_rows() != 0) return Ok();
  }
  return Error(Code::kNotFound, fmt::format("No tag with name: {} in run with id {}", key, run_id));
}

}  // namespace mooring::records
