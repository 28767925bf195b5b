#include "records/tracking/sqlite/inputs.h"

#include "records/tracking/sqlite/run_rows.h"

namespace mooring::records {
namespace {

Result<std::int64_t> DatasetNumber(Session& session, std::int64_t experiment,
                                   const Dataset& dataset) {
  {
    ASSIGN_OR_RETURN(Query find, session.Ask("SELECT id FROM datasets WHERE experiment = ? AND "
                                             "name = ? AND digest = ?"));
    RETURN_IF_ERROR(find->Start(experiment, dataset.name, dataset.digest));
    ASSIGN_OR_RETURN(const bool found, find->Step());
    if (found) return find->Int(0);
  }
  RETURN_IF_ERROR(session.Run(
      "INSERT INTO datasets(experiment, name, digest, source_type, source, schema, profile) "
      "VALUES(?, ?, ?, ?, ?, ?, ?)",
      experiment, dataset.name, dataset.digest, dataset.source_type, dataset.source, dataset.schema,
      dataset.profile));
  return session.db().last_insert_id();
}

Status FillDatasetTags(Session& session, std::int64_t run, std::int64_t dataset,
                       std::vector<KeyValue>& tags) {
  ASSIGN_OR_RETURN(Query read, session.Ask("SELECT key, value FROM run_dataset_tags "
                                           "WHERE run = ? AND dataset = ? ORDER BY key"));
  RETURN_IF_ERROR(read->Start(run, dataset));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, read->Step());
    if (!more) return Ok();
    tags.push_back({read->String(0), read->String(1)});
  }
}

Status FillDatasets(Session& session, std::int64_t number, Run& run) {
  ASSIGN_OR_RETURN(Query read,
                   session.Ask("SELECT dataset, name, digest, source_type, source, schema, profile "
                               "FROM run_datasets JOIN datasets ON datasets.id = dataset "
                               "WHERE run = ? ORDER BY name, digest"));
  RETURN_IF_ERROR(read->Start(number));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, read->Step());
    if (!more) return Ok();
    DatasetInput input;
    input.dataset = {read->String(1), read->String(2), read->String(3),
                     read->String(4), read->String(5), read->String(6)};
    RETURN_IF_ERROR(FillDatasetTags(session, number, read->Int(0), input.tags));
    run.dataset_inputs.push_back(std::move(input));
  }
}

}  // namespace

Status LogInputsIn(Session& session, std::string_view run_id,
                   std::span<const DatasetInput> datasets, std::span<const std::string> model_ids) {
  ASSIGN_OR_RETURN(const RunRow run, FindActiveRun(session, run_id));
  for (const DatasetInput& input : datasets) {
    ASSIGN_OR_RETURN(const std::int64_t dataset,
                     DatasetNumber(session, run.experiment, input.dataset));
    RETURN_IF_ERROR(session.Run("INSERT OR IGNORE INTO run_datasets(run, dataset) VALUES(?, ?)",
                                run.number, dataset));
    for (const KeyValue& tag : input.tags) {
      RETURN_IF_ERROR(
          session.Run("INSERT INTO run_dataset_tags(run, dataset, key, value) VALUES(?, ?, ?, ?) "
                      "ON CONFLICT(run, dataset, key) DO UPDATE SET value = excluded.value",
                      run.number, dataset, tag.key, tag.value));
    }
  }
  for (const std::string& model : model_ids) {
    RETURN_IF_ERROR(session.Run(
        "INSERT OR IGNORE INTO run_models(run, output, model) VALUES(?, 0, ?)", run.number, model));
  }
  return Ok();
}

Status LogOutputsIn(Session& session, std::string_view run_id,
                    std::span<const ModelOutput> models) {
  ASSIGN_OR_RETURN(const RunRow run, FindActiveRun(session, run_id));
  for (const ModelOutput& model : models) {
    RETURN_IF_ERROR(
        session.Run("INSERT INTO run_models(run, output, model, step) VALUES(?, 1, ?, ?) "
                    "ON CONFLICT(run, output, model) DO UPDATE SET step = excluded.step",
                    run.number, model.model_id, model.step));
  }
  return Ok();
}

Status FillInputs(Session& session, std::int64_t number, Run& run) {
  RETURN_IF_ERROR(FillDatasets(session, number, run));
  ASSIGN_OR_RETURN(Query read, session.Ask("SELECT output, model, step FROM run_models "
                                           "WHERE run = ? ORDER BY output, rowid"));
  RETURN_IF_ERROR(read->Start(number));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, read->Step());
    if (!more) return Ok();
    if (read->Int(0) == 0) {
      run.model_inputs.push_back(read->String(1));
    } else {
      run.model_outputs.push_back({read->String(1), read->Int(2)});
    }
  }
}

}  // namespace mooring::records
