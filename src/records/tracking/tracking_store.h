// TrackingStore: experiments, runs, metrics with their whole history, datasets and logged models,
// as MLflow's clients track them. A port: SQLite today (sqlite/sqlite_tracking_store.h), PostgreSQL
// later.
//
//   ASSIGN_OR_RETURN(auto store, OpenSqliteTracking({.file = …, .artifact_root = …, .clock = …}));
//   ASSIGN_OR_RETURN(Run run, store->CreateRun({.experiment_id = "0"}));
//   RETURN_IF_ERROR(store->LogBatch(run.info.id, {.metrics = points}));
//
// A call that returned success survives a power cut. Calls of many threads are committed together:
// none ever sees a lock. Names and sizes of what is logged are checked by the caller (api/mlflow);
// the store checks what only it knows: existence, state, uniqueness, immutability.
//
// Failure: kNotFound (RESOURCE_DOES_NOT_EXIST), kAlreadyExists (RESOURCE_ALREADY_EXISTS),
// kInvalidArgument (INVALID_PARAMETER_VALUE), kResourceExhausted and kUnavailable of the disk; the
// texts of the first three are those that MLflow's clients and tests know.
// Thread safety: any thread. Calls block until their commit: not for an event loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

enum class ViewType : std::uint8_t { kActiveOnly, kDeletedOnly, kAll };

// A page of a search. The token of the next one is opaque; "" when there is none.
template <typename T>
struct PageOf {
  std::vector<T> items;
  std::string next_token;
};

// What a search asks, in the words of MLflow's grammars (records/search parses them).
struct SearchRequest {
  std::string filter;
  std::vector<std::string> order_by;
  std::size_t max_results = 1000;
  std::string page_token;
  ViewType view = ViewType::kActiveOnly;
};

struct NewExperiment {
  std::string name, artifact_location;  // "": <artifact root>/<id>
  std::vector<KeyValue> tags;
};

struct NewRun {
  std::string experiment_id, user_id;
  std::string name;  // "": the store invents one and sets the tag mlflow.runName
  std::optional<Millis> start;
  std::vector<KeyValue> tags;
  std::string id;  // "": a new one; imports keep theirs
};

struct RunChange {
  std::optional<RunStatus> status;
  std::optional<Millis> end;
  std::string name;  // "": unchanged; else the tag mlflow.runName follows
};

struct LoggedBatch {
  std::span<const Metric> metrics = {};
  std::span<const KeyValue> params = {}, tags = {};
};

struct NewLoggedModel {
  std::string experiment_id, name, model_type, source_run_id;
  std::vector<KeyValue> params, tags;
  std::string id;  // "": a new one
};

// `field` is an attribute, metrics.KEY, params.KEY or tags.KEY.
struct LoggedModelOrder {
  std::string field;
  bool ascending = true;
  std::string dataset_name, dataset_digest;
};
struct LoggedModelSearch {
  std::vector<std::string> experiment_ids;
  std::string filter;
  std::vector<LoggedModelOrder> order_by;
  std::vector<std::pair<std::string, std::string>> datasets;  // name; digest or ""
  std::size_t max_results = 50;
  std::string page_token;
};

class TrackingStore {
 public:
  virtual ~TrackingStore() = default;

  virtual Result<std::string> CreateExperiment(const NewExperiment& experiment) = 0;
  virtual Result<Experiment> GetExperiment(std::string_view id) = 0;  // deleted ones, too
  virtual Result<Experiment> GetExperimentByName(std::string_view name) = 0;
  virtual Result<PageOf<Experiment>> SearchExperiments(const SearchRequest& request) = 0;
  virtual Status RenameExperiment(std::string_view id, std::string_view name) = 0;
  virtual Status DeleteExperiment(std::string_view id) = 0;  // and its runs
  virtual Status RestoreExperiment(std::string_view id) = 0;
  virtual Status SetExperimentTag(std::string_view id, const KeyValue& tag) = 0;
  virtual Status DeleteExperimentTag(std::string_view id, std::string_view key) = 0;

  virtual Result<Run> CreateRun(const NewRun& run) = 0;
  virtual Result<RunHeader> UpdateRun(std::string_view id, const RunChange& change) = 0;
  virtual Result<Run> GetRun(std::string_view id) = 0;  // deleted ones, too
  virtual Status DeleteRun(std::string_view id) = 0;
  virtual Status RestoreRun(std::string_view id) = 0;
  // All or nothing: params (immutable), metrics (a point that is there already is passed over),
  // tags. One that says the same param twice with two values is refused.
  virtual Status LogBatch(std::string_view run_id, const LoggedBatch& batch) = 0;
  // As LogBatch of one param, refused in the words of MLflow's log-parameter.
  virtual Status LogParam(std::string_view run_id, const KeyValue& param) = 0;
  virtual Status DeleteTag(std::string_view run_id, std::string_view key) = 0;
  virtual Status LogInputs(std::string_view run_id, std::span<const DatasetInput> datasets,
                           std::span<const std::string> model_ids) = 0;
  virtual Status LogOutputs(std::string_view run_id, std::span<const ModelOutput> models) = 0;
  // `experiment_ids` that do not exist add nothing.
  virtual Result<PageOf<Run>> SearchRuns(std::span<const std::string> experiment_ids,
                                         const SearchRequest& request) = 0;
  // By timestamp, step, value. `max_results` 0: all.
  virtual Result<PageOf<Metric>> MetricHistory(std::string_view run_id, std::string_view key,
                                               std::size_t max_results,
                                               std::string_view page_token) = 0;
  // Points of several runs at about `max_results` steps between the bounds (each may be absent),
  // always with each run's first and last; by run as asked, then step.
  virtual Result<std::vector<Metric>> MetricHistoryInterval(std::span<const std::string> run_ids,
                                                            std::string_view key,
                                                            std::optional<std::int64_t> from,
                                                            std::optional<std::int64_t> to,
                                                            std::size_t max_results) = 0;
  // Datasets of experiments: name, digest and what they were used for, at most `limit`.
  struct DatasetSummary {
    std::string experiment_id, name, digest, context;
  };
  virtual Result<std::vector<DatasetSummary>> SearchDatasets(
      std::span<const std::string> experiment_ids, std::size_t limit) = 0;

  virtual Result<LoggedModel> CreateLoggedModel(const NewLoggedModel& model) = 0;
  virtual Result<LoggedModel> FinalizeLoggedModel(std::string_view id,
                                                  LoggedModelStatus status) = 0;
  virtual Result<LoggedModel> GetLoggedModel(std::string_view id) = 0;
  virtual Status DeleteLoggedModel(std::string_view id) = 0;
  virtual Result<PageOf<LoggedModel>> SearchLoggedModels(const LoggedModelSearch& search) = 0;
  virtual Status SetLoggedModelTags(std::string_view id, std::span<const KeyValue> tags) = 0;
  virtual Status DeleteLoggedModelTag(std::string_view id, std::string_view key) = 0;
  virtual Status LogLoggedModelParams(std::string_view id, std::span<const KeyValue> params) = 0;

  // Removes for good what was deleted before `before`: runs, experiments and logged models, with
  // all they held. Gives the artifact locations of what is gone, for the artifact store.
  virtual Result<std::vector<std::string>> Purge(Millis before) = 0;
};

struct TrackingOptions {
  std::string file;                                  // tracking.db
  std::string artifact_root = "mlflow-artifacts:/";  // of experiments that name no location
  const Clock* clock = nullptr;                      // required
  std::uint64_t seed = 0;  // of invented ids and names; 0: the machine's own randomness
};
Result<std::unique_ptr<TrackingStore>> OpenSqliteTracking(TrackingOptions options);

}  // namespace mooring::records
