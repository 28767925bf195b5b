#include "records/tracking/sqlite/experiments.h"

#include <fmt/format.h>

#include <charconv>

namespace mooring::records {
namespace {

struct Found {
  std::int64_t number = 0;
  bool deleted = false;
};

Error NoExperiment(std::string_view id) {
  return Error(Code::kNotFound, fmt::format("No Experiment with id={} exists", id));
}

Error Taken(std::string_view name) {
  return Error(Code::kAlreadyExists, fmt::format("Experiment(name={}) already exists.", name));
}

Result<Found> Find(Session& session, std::string_view id) {
  const std::optional<std::int64_t> number = ExperimentNumber(id);
  if (!number.has_value()) return NoExperiment(id);
  ASSIGN_OR_RETURN(Query find, session.Ask("SELECT stage FROM experiments WHERE id = ?"));
  RETURN_IF_ERROR(find->Start(*number));
  ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) return NoExperiment(id);
  return Found{*number, find->Int(0) != 0};
}

Result<Found> FindActive(Session& session, std::string_view id) {
  ASSIGN_OR_RETURN(const Found found, Find(session, id));
  if (!found.deleted) return found;
  return Error(Code::kInvalidArgument,
               fmt::format("The experiment {} must be in the 'active' state. Current state is "
                           "deleted.",
                           id));
}

Status PutTag(Session& session, std::int64_t experiment, const KeyValue& tag) {
  return session.Run(
      "INSERT INTO experiment_tags(experiment, key, value) VALUES(?, ?, ?) "
      "ON CONFLICT(experiment, key) DO UPDATE SET value = excluded.value",
      experiment, tag.key, tag.value);
}

}  // namespace

std::string JoinLocation(std::string_view root, std::string_view rest) {
  const bool slash = !root.empty() && root.back() != '/';
  return fmt::format("{}{}{}", root, slash ? "/" : "", rest);
}

std::optional<std::int64_t> ExperimentNumber(std::string_view id) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size() || number < 0) return std::nullopt;
  if (id.front() == '-' || (id.size() > 1 && id.front() == '0')) return std::nullopt;
  return number;
}

Status MakeDefaultExperiment(Session& session, std::string_view root, Millis now) {
  return session.Run(
      "INSERT OR IGNORE INTO experiments(id, name, artifact_location, created_ms, updated_ms) "
      "VALUES(0, 'Default', ?, ?, ?)",
      JoinLocation(root, "0"), now, now);
}

Result<ExperimentRow> FindActiveExperiment(Session& session, std::string_view id) {
  ASSIGN_OR_RETURN(const Found found, FindActive(session, id));
  ASSIGN_OR_RETURN(Query read,
                   session.Ask("SELECT artifact_location FROM experiments WHERE id = ?"));
  RETURN_IF_ERROR(read->Start(found.number));
  RETURN_IF_ERROR(read->Step());
  return ExperimentRow{found.number, read->String(0)};
}

Result<Experiment> ReadExperimentRow(Session& session, std::int64_t number) {
  ASSIGN_OR_RETURN(Query read,
                   session.Ask("SELECT name, artifact_location, stage, created_ms, updated_ms "
                               "FROM experiments WHERE id = ?"));
  RETURN_IF_ERROR(read->Start(number));
  ASSIGN_OR_RETURN(const bool found, read->Step());
  Experiment experiment;
  experiment.id = std::to_string(number);
  if (!found) return NoExperiment(experiment.id);
  experiment.name = read->String(0);
  experiment.artifact_location = read->String(1);
  experiment.stage = read->Int(2) == 0 ? Lifecycle::kActive : Lifecycle::kDeleted;
  experiment.created = read->Int(3);
  experiment.updated = read->Int(4);
  ASSIGN_OR_RETURN(Query tags,
                   session.Ask("SELECT key, value FROM experiment_tags WHERE experiment = ? "
                               "ORDER BY key"));
  RETURN_IF_ERROR(tags->Start(number));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, tags->Step());
    if (!more) return experiment;
    experiment.tags.push_back({tags->String(0), tags->String(1)});
  }
}

Result<Experiment> ReadExperiment(Session& session, std::string_view id) {
  const std::optional<std::int64_t> number = ExperimentNumber(id);
  if (!number.has_value()) return NoExperiment(id);
  return ReadExperimentRow(session, *number);
}

Result<Experiment> ReadExperimentByName(Session& session, std::string_view name) {
  ASSIGN_OR_RETURN(Query find, session.Ask("SELECT id FROM experiments WHERE name = ?"));
  RETURN_IF_ERROR(find->Start(name));
  ASSIGN_OR_RETURN(const bool found, find->Step());
  if (found) return ReadExperimentRow(session, find->Int(0));
  return Error(Code::kNotFound, fmt::format("Could not find experiment with name '{}'", name));
}

Result<std::string> CreateExperimentIn(Session& session, const NewExperiment& experiment,
                                       std::string_view root, Millis now) {
  const Status added = session.Run(
      "INSERT INTO experiments(name, artifact_location, created_ms, updated_ms) "
      "VALUES(?, ?, ?, ?)",
      experiment.name, experiment.artifact_location, now, now);
  if (!added.ok() && added.error().code() == Code::kAlreadyExists) return Taken(experiment.name);
  RETURN_IF_ERROR(added);
  const std::int64_t number = session.db().last_insert_id();
  std::string id = std::to_string(number);
  if (experiment.artifact_location.empty()) {
    RETURN_IF_ERROR(session.Run("UPDATE experiments SET artifact_location = ? WHERE id = ?",
                                JoinLocation(root, id), number));
  }
  for (const KeyValue& tag : experiment.tags) RETURN_IF_ERROR(PutTag(session, number, tag));
  return id;
}

Status RenameExperimentIn(Session& session, std::string_view id, std::string_view name,
                          Millis now) {
  ASSIGN_OR_RETURN(const Found found, Find(session, id));
  if (found.deleted) {
    return Error(Code::kInvalidArgument, "Cannot rename a non-active experiment.");
  }
  const Status renamed = session.Run("UPDATE experiments SET name = ?, updated_ms = ? WHERE id = ?",
                                     name, now, found.number);
  if (!renamed.ok() && renamed.error().code() == Code::kAlreadyExists) return Taken(name);
  return renamed;
}

Status DeleteExperimentIn(Session& session, std::string_view id, Millis now) {
  ASSIGN_OR_RETURN(const Found found, Find(session, id));
  if (found.deleted) return NoExperiment(id);
  RETURN_IF_ERROR(
      session.Run("UPDATE experiments SET stage = 1, deleted_ms = ?, updated_ms = ? WHERE id = ?",
                  now, now, found.number));
  return session.Run(
      "UPDATE runs SET stage = 1, deleted_ms = ?, by_experiment = 1 "
      "WHERE experiment = ? AND stage = 0",
      now, found.number);
}

Status RestoreExperimentIn(Session& session, std::string_view id, Millis now) {
  ASSIGN_OR_RETURN(const Found found, Find(session, id));
  if (!found.deleted) return NoExperiment(id);
  RETURN_IF_ERROR(session.Run(
      "UPDATE experiments SET stage = 0, deleted_ms = NULL, updated_ms = ? WHERE id = ?", now,
      found.number));
  return session.Run(
      "UPDATE runs SET stage = 0, deleted_ms = NULL, by_experiment = 0 "
      "WHERE experiment = ? AND stage = 1 AND by_experiment = 1",
      found.number);
}

Status SetExperimentTagIn(Session& session, std::string_view id, const KeyValue& tag) {
  ASSIGN_OR_RETURN(const Found found, FindActive(session, id));
  return PutTag(session, found.number, tag);
}

Status DeleteExperimentTagIn(Session& session, std::string_view id, std::string_view key) {
  ASSIGN_OR_RETURN(const Found found, FindActive(session, id));
  RETURN_IF_ERROR(session.Run("DELETE FROM experiment_tags WHERE experiment = ? AND key = ?",
                              found.number, key));
  if (session.db().changed_rows() != 0) return Ok();
  return Error(Code::kNotFound,
               fmt::format("No tag with name: {} in experiment with id {}", key, id));
}

}  // namespace mooring::records
