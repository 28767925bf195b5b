#include "records/tracking/sqlite/purge.h"

#include <fmt/format.h>

#include <array>

#include "records/tracking/sqlite/schema.h"

namespace mooring::records {
namespace {

struct Doomed {
  std::int64_t number = 0;
  std::string location;
};

Result<std::vector<Doomed>> Find(Session& session, std::string_view sql, std::int64_t parameter,
                                 std::size_t most) {
  std::vector<Doomed> found;
  ASSIGN_OR_RETURN(Query read, session.Ask(sql));
  RETURN_IF_ERROR(read->Start(parameter, most));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, read->Step());
    if (!more) return found;
    found.push_back({read->Int(0), read->String(1)});
  }
}

Status RemoveRun(Session& session, std::int64_t run) {
  constexpr std::array kByRun = {"DELETE FROM latest WHERE run = ?",
                                 "DELETE FROM params WHERE run = ?",
                                 "DELETE FROM tags WHERE run = ?",
                                 "DELETE FROM run_datasets WHERE run = ?",
                                 "DELETE FROM run_dataset_tags WHERE run = ?",
                                 "DELETE FROM run_models WHERE run = ?",
                                 "DELETE FROM logged_model_metrics WHERE run = ?",
                                 "DELETE FROM runs WHERE id = ?"};
  RETURN_IF_ERROR(session.Run("DELETE FROM history WHERE id >= ? AND id < ?", run << kBlockBits,
                              (run + 1) << kBlockBits));
  for (const char* sql : kByRun) RETURN_IF_ERROR(session.Run(sql, run));
  return Ok();
}

Status RemoveModel(Session& session, std::int64_t model) {
  constexpr std::array kByModel = {"DELETE FROM logged_model_params WHERE model = ?",
                                   "DELETE FROM logged_model_tags WHERE model = ?",
                                   "DELETE FROM logged_model_metrics WHERE model = ?",
                                   "DELETE FROM logged_models WHERE id = ?"};
  for (const char* sql : kByModel) RETURN_IF_ERROR(session.Run(sql, model));
  return Ok();
}

Status RemoveExperiment(Session& session, std::int64_t experiment) {
  constexpr std::array kByExperiment = {"DELETE FROM datasets WHERE experiment = ?",
                                        "DELETE FROM experiment_tags WHERE experiment = ?",
                                        "DELETE FROM keys WHERE experiment = ?",
                                        "DELETE FROM experiments WHERE id = ?"};
  for (const char* sql : kByExperiment) RETURN_IF_ERROR(session.Run(sql, experiment));
  session.ForgetKeys();
  return Ok();
}

template <typename Remove>
Result<bool> RemoveAll(Session& session, const std::vector<Doomed>& doomed, const Remove& remove,
                       std::vector<std::string>& locations) {
  for (const Doomed& one : doomed) {
    RETURN_IF_ERROR(remove(session, one.number));
    locations.push_back(one.location);
  }
  return !doomed.empty();
}

}  // namespace

Result<bool> PurgeSome(Session& session, Millis before, std::size_t most,
                       std::vector<std::string>& locations) {
  ASSIGN_OR_RETURN(const std::vector<Doomed> runs,
                   Find(session,
                        "SELECT id, artifact_uri FROM runs WHERE stage = 1 AND deleted_ms < ? "
                        "ORDER BY id LIMIT ?",
                        before, most));
  if (!runs.empty()) return RemoveAll(session, runs, RemoveRun, locations);
  // A model goes with its experiment, too.
  ASSIGN_OR_RETURN(
      const std::vector<Doomed> models,
      Find(session,
           "SELECT id, artifact_uri FROM logged_models WHERE (stage = 1 AND deleted_ms < ?1) OR "
           "experiment IN (SELECT id FROM experiments WHERE stage = 1 AND deleted_ms < ?1) "
           "ORDER BY id LIMIT ?2",
           before, most));
  if (!models.empty()) return RemoveAll(session, models, RemoveModel, locations);
  // One whose run was deleted later, or is active again, waits for it.
  ASSIGN_OR_RETURN(
      const std::vector<Doomed> experiments,
      Find(session,
           "SELECT id, artifact_location FROM experiments AS e WHERE stage = 1 AND deleted_ms < ? "
           "AND NOT EXISTS (SELECT 1 FROM runs WHERE experiment = e.id) ORDER BY id LIMIT ?",
           before, most));
  return RemoveAll(session, experiments, RemoveExperiment, locations);
}

}  // namespace mooring::records
