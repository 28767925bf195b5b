// SqliteTrackingStore: the tracking store on one SQLite file. Writes go through one connection,
// which commits them in groups (data/store/group_writer.h), reads through a few connections that
// see all that was acknowledged. What stands where: schema.h.
//
// Thread safety: any thread. Calls block until their commit.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/store/group_writer.h"
#include "records/tracking/invented.h"
#include "records/tracking/sqlite/read_pool.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

class SqliteTrackingStore final : public TrackingStore {
 public:
  static Result<std::unique_ptr<SqliteTrackingStore>> Open(TrackingOptions options);
  ~SqliteTrackingStore() override;

  Result<std::string> CreateExperiment(const NewExperiment& experiment) override;
  Result<Experiment> GetExperiment(std::string_view id) override;
  Result<Experiment> GetExperimentByName(std::string_view name) override;
  Result<PageOf<Experiment>> SearchExperiments(const SearchRequest& request) override;
  Status RenameExperiment(std::string_view id, std::string_view name) override;
  Status DeleteExperiment(std::string_view id) override;
  Status RestoreExperiment(std::string_view id) override;
  Status SetExperimentTag(std::string_view id, const KeyValue& tag) override;
  Status DeleteExperimentTag(std::string_view id, std::string_view key) override;

  Result<Run> CreateRun(const NewRun& run) override;
  Result<RunHeader> UpdateRun(std::string_view id, const RunChange& change) override;
  Result<Run> GetRun(std::string_view id) override;
  Status DeleteRun(std::string_view id) override;
  Status RestoreRun(std::string_view id) override;
  Status LogBatch(std::string_view run_id, const LoggedBatch& batch) override;
  Status LogParam(std::string_view run_id, const KeyValue& param) override;
  Status DeleteTag(std::string_view run_id, std::string_view key) override;
  Status LogInputs(std::string_view run_id, std::span<const DatasetInput> datasets,
                   std::span<const std::string> model_ids) override;
  Status LogOutputs(std::string_view run_id, std::span<const ModelOutput> models) override;
  Result<PageOf<Run>> SearchRuns(std::span<const std::string> experiment_ids,
                                 const SearchRequest& request) override;
  Result<PageOf<Metric>> MetricHistory(std::string_view run_id, std::string_view key,
                                       std::size_t max_results,
                                       std::string_view page_token) override;
  Result<std::vector<Metric>> MetricHistoryInterval(std::span<const std::string> run_ids,
                                                    std::string_view key,
                                                    std::optional<std::int64_t> from,
                                                    std::optional<std::int64_t> to,
                                                    std::size_t max_results) override;
  Result<std::vector<DatasetSummary>> SearchDatasets(std::span<const std::string> experiment_ids,
                                                     std::size_t limit) override;

  Result<LoggedModel> CreateLoggedModel(const NewLoggedModel& model) override;
  Result<LoggedModel> FinalizeLoggedModel(std::string_view id, LoggedModelStatus status) override;
  Result<LoggedModel> GetLoggedModel(std::string_view id) override;
  Status DeleteLoggedModel(std::string_view id) override;
  Result<PageOf<LoggedModel>> SearchLoggedModels(const LoggedModelSearch& search) override;
  Status SetLoggedModelTags(std::string_view id, std::span<const KeyValue> tags) override;
  Status DeleteLoggedModelTag(std::string_view id, std::string_view key) override;
  Status LogLoggedModelParams(std::string_view id, std::span<const KeyValue> params) override;

  Result<std::vector<std::string>> Purge(Millis before) override;

 private:
  explicit SqliteTrackingStore(TrackingOptions options);
  Status Start();
  Millis Now() const;
  // `work` takes the writer's session, durable when this returns; or a reader's.
  template <typename Work>
  auto Write(const Work& work) -> decltype(work(std::declval<Session&>()));
  template <typename Work>
  auto Read(const Work& work) -> decltype(work(std::declval<Session&>()));

  const TrackingOptions options_;
  Inventor inventor_;
  std::unique_ptr<data::GroupWriter> writer_;
  std::optional<Session> writing_;  // made, used and ended by what the writer runs
  std::unique_ptr<ReadPool> readers_;
};

}  // namespace mooring::records
