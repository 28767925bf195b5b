#include "records/tracking/sqlite/sqlite_tracking_store.h"

#include "records/tracking/sqlite/experiments.h"
#include "records/tracking/sqlite/inputs.h"
#include "records/tracking/sqlite/logged_models.h"
#include "records/tracking/sqlite/metric_history.h"
#include "records/tracking/sqlite/purge.h"
#include "records/tracking/sqlite/run_rows.h"
#include "records/tracking/sqlite/runs.h"
#include "records/tracking/sqlite/schema.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {
namespace {

constexpr std::size_t kReaders = 4;
constexpr std::size_t kPurgedAtOnce = 100;

}  // namespace

template <typename Work>
auto SqliteTrackingStore::Write(const Work& work) -> decltype(work(std::declval<Session&>())) {
  using Answer = decltype(work(std::declval<Session&>()));
  std::optional<Answer> answer;
  Status written = writer_->Write([&](data::Database& db) -> Status {
    if (!writing_.has_value()) writing_.emplace(db);
    writing_->Trim();
    answer.emplace(work(*writing_));
    if (!answer->ok()) return answer->error();
    return Ok();
  });
  if (!written.ok()) return std::move(written).error();
  return std::move(*answer);
}

template <typename Work>
auto SqliteTrackingStore::Read(const Work& work) -> decltype(work(std::declval<Session&>())) {
  ASSIGN_OR_RETURN(ReadLease lease, readers_->Lease());
  return work(lease.session());
}

SqliteTrackingStore::SqliteTrackingStore(TrackingOptions options)
    : options_(std::move(options)), inventor_(options_.seed) {}

SqliteTrackingStore::~SqliteTrackingStore() {
  readers_.reset();
  // Statements must go before their connection, when nobody uses it.
  if (writer_ != nullptr) {
    static_cast<void>(writer_->Write([this](data::Database&) {
      writing_.reset();
      return Ok();
    }));
  }
}

Result<std::unique_ptr<SqliteTrackingStore>> SqliteTrackingStore::Open(TrackingOptions options) {
  CHECK(options.clock != nullptr);
  std::unique_ptr<SqliteTrackingStore> store(new SqliteTrackingStore(std::move(options)));
  RETURN_IF_ERROR(store->Start());
  return store;
}

Status SqliteTrackingStore::Start() {
  ASSIGN_OR_RETURN(
      writer_,
      data::GroupWriter::Open({.file = options_.file, .steps = TrackingSchema(), .on_undo = [this] {
                                 if (writing_.has_value()) writing_->ForgetKeys();
                               }}));
  RETURN_IF_ERROR(Write([this](Session& session) {
    return MakeDefaultExperiment(session, options_.artifact_root, Now());
  }));
  ASSIGN_OR_RETURN(readers_, ReadPool::Open(options_.file, kReaders));
  return Ok();
}

Millis SqliteTrackingStore::Now() const {
  return std::chrono::floor<std::chrono::milliseconds>(options_.clock->Now().time_since_epoch())
      .count();
}

Result<std::string> SqliteTrackingStore::CreateExperiment(const NewExperiment& experiment) {
  return Write([&](Session& session) {
    return CreateExperimentIn(session, experiment, options_.artifact_root, Now());
  });
}

Result<Experiment> SqliteTrackingStore::GetExperiment(std::string_view id) {
  return Read([&](Session& session) { return ReadExperiment(session, id); });
}

Result<Experiment> SqliteTrackingStore::GetExperimentByName(std::string_view name) {
  return Read([&](Session& session) { return ReadExperimentByName(session, name); });
}

Result<PageOf<Experiment>> SqliteTrackingStore::SearchExperiments(const SearchRequest& request) {
  return Read([&](Session& session) { return SearchExperimentsIn(session, request); });
}

Status SqliteTrackingStore::RenameExperiment(std::string_view id, std::string_view name) {
  return Write([&](Session& session) { return RenameExperimentIn(session, id, name, Now()); });
}

Status SqliteTrackingStore::DeleteExperiment(std::string_view id) {
  return Write([&](Session& session) { return DeleteExperimentIn(session, id, Now()); });
}

Status SqliteTrackingStore::RestoreExperiment(std::string_view id) {
  return Write([&](Session& session) { return RestoreExperimentIn(session, id, Now()); });
}

Status SqliteTrackingStore::SetExperimentTag(std::string_view id, const KeyValue& tag) {
  return Write([&](Session& session) { return SetExperimentTagIn(session, id, tag); });
}

Status SqliteTrackingStore::DeleteExperimentTag(std::string_view id, std::string_view key) {
  return Write([&](Session& session) { return DeleteExperimentTagIn(session, id, key); });
}

Result<Run> SqliteTrackingStore::CreateRun(const NewRun& run) {
  NewRun made = run;
  ASSIGN_OR_RETURN(made.name, NameOfNewRun(run));
  if (made.name.empty()) made.name = inventor_.Name();
  if (made.id.empty()) made.id = inventor_.RunId();
  Run created;
  ASSIGN_OR_RETURN(created.info,
                   Write([&](Session& session) { return CreateRunIn(session, made); }));
  created.tags = NewRunTags(made);
  return created;
}

Result<RunHeader> SqliteTrackingStore::UpdateRun(std::string_view id, const RunChange& change) {
  return Write([&](Session& session) { return UpdateRunIn(session, id, change); });
}

Result<Run> SqliteTrackingStore::GetRun(std::string_view id) {
  return Read([&](Session& session) { return ReadRun(session, id); });
}

Status SqliteTrackingStore::DeleteRun(std::string_view id) {
  return Write([&](Session& session) { return DeleteRunIn(session, id, Now()); });
}

Status SqliteTrackingStore::RestoreRun(std::string_view id) {
  return Write([&](Session& session) { return RestoreRunIn(session, id); });
}

Status SqliteTrackingStore::LogBatch(std::string_view run_id, const LoggedBatch& batch) {
  return Write([&](Session& session) { return LogBatchIn(session, run_id, batch); });
}

Status SqliteTrackingStore::LogParam(std::string_view run_id, const KeyValue& param) {
  return Write([&](Session& session) { return LogParamIn(session, run_id, param); });
}

Status SqliteTrackingStore::DeleteTag(std::string_view run_id, std::string_view key) {
  return Write([&](Session& session) { return DeleteTagIn(session, run_id, key); });
}

Status SqliteTrackingStore::LogInputs(std::string_view run_id,
                                      std::span<const DatasetInput> datasets,
                                      std::span<const std::string> model_ids) {
  return Write([&](Session& session) { return LogInputsIn(session, run_id, datasets, model_ids); });
}

Status SqliteTrackingStore::LogOutputs(std::string_view run_id,
                                       std::span<const ModelOutput> models) {
  return Write([&](Session& session) { return LogOutputsIn(session, run_id, models); });
}

Result<PageOf<Run>> SqliteTrackingStore::SearchRuns(std::span<const std::string> experiment_ids,
                                                    const SearchRequest& request) {
  return Read([&](Session& session) { return SearchRunsIn(session, experiment_ids, request); });
}

Result<PageOf<Metric>> SqliteTrackingStore::MetricHistory(std::string_view run_id,
                                                          std::string_view key,
                                                          std::size_t max_results,
                                                          std::string_view page_token) {
  return Read([&](Session& session) {
    return ReadHistoryPage(session, run_id, key, max_results, page_token);
  });
}

Result<std::vector<Metric>> SqliteTrackingStore::MetricHistoryInterval(
    std::span<const std::string> run_ids, std::string_view key, std::optional<std::int64_t> from,
    std::optional<std::int64_t> to, std::size_t max_results) {
  return Read([&](Session& session) {
    return ReadHistoryInterval(session, {run_ids, key, from, to, max_results});
  });
}

Result<std::vector<TrackingStore::DatasetSummary>> SqliteTrackingStore::SearchDatasets(
    std::span<const std::string> experiment_ids, std::size_t limit) {
  return Read([&](Session& session) { return SearchDatasetsIn(session, experiment_ids, limit); });
}

Result<LoggedModel> SqliteTrackingStore::CreateLoggedModel(const NewLoggedModel& model) {
  NewLoggedModel made = model;
  if (made.name.empty()) made.name = inventor_.Name();
  if (made.id.empty()) made.id = inventor_.ModelId();
  return Write([&](Session& session) { return CreateLoggedModelIn(session, made, Now()); });
}

Result<LoggedModel> SqliteTrackingStore::FinalizeLoggedModel(std::string_view id,
                                                             LoggedModelStatus status) {
  return Write([&](Session& session) { return FinalizeLoggedModelIn(session, id, status, Now()); });
}

Result<LoggedModel> SqliteTrackingStore::GetLoggedModel(std::string_view id) {
  return Read([&](Session& session) { return ReadLoggedModel(session, id); });
}

Status SqliteTrackingStore::DeleteLoggedModel(std::string_view id) {
  return Write([&](Session& session) { return DeleteLoggedModelIn(session, id, Now()); });
}

Result<PageOf<LoggedModel>> SqliteTrackingStore::SearchLoggedModels(
    const LoggedModelSearch& search) {
  return Read([&](Session& session) { return SearchLoggedModelsIn(session, search); });
}

Status SqliteTrackingStore::SetLoggedModelTags(std::string_view id,
                                               std::span<const KeyValue> tags) {
  return Write([&](Session& session) { return SetLoggedModelTagsIn(session, id, tags); });
}

Status SqliteTrackingStore::DeleteLoggedModelTag(std::string_view id, std::string_view key) {
  return Write([&](Session& session) { return DeleteLoggedModelTagIn(session, id, key); });
}

Status SqliteTrackingStore::LogLoggedModelParams(std::string_view id,
                                                 std::span<const KeyValue> params) {
  return Write([&](Session& session) { return LogLoggedModelParamsIn(session, id, params); });
}

Result<std::vector<std::string>> SqliteTrackingStore::Purge(Millis before) {
  std::vector<std::string> locations;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, Write([&](Session& session) {
                       return PurgeSome(session, before, kPurgedAtOnce, locations);
                     }));
    if (!more) return locations;
  }
}

Result<std::unique_ptr<TrackingStore>> OpenSqliteTracking(TrackingOptions options) {
  ASSIGN_OR_RETURN(auto store, SqliteTrackingStore::Open(std::move(options)));
  return std::unique_ptr<TrackingStore>(std::move(store));
}

}  // namespace mooring::records
