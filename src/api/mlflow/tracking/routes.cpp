#include "api/mlflow/routes.h"

#include "api/mlflow/tracking/experiments.h"
#include "api/mlflow/tracking/logged_model_files.h"
#include "api/mlflow/tracking/logged_models.h"
#include "api/mlflow/tracking/logging.h"
#include "api/mlflow/tracking/metrics.h"
#include "api/mlflow/tracking/runs.h"
#include "api/mlflow/wire/answer.h"

namespace mooring::api::mlflow {
namespace {

using records::Permission;

constexpr auto kGet = Method::kGet, kPost = Method::kPost, kPatch = Method::kPatch,
               kDelete = Method::kDelete;
constexpr Need kSee(Permission::kReadMetadata, Over::kSome);
// Runs are their own record of who wrote what: only refusals are told of.
constexpr Need kTrack(Permission::kRegister, Over::kSome, Told::kRefusals);

constexpr Route kRoutes[] = {
    {kPost, "/mlflow/runs/log-batch", kTrack, Aside<LogBatch>},
    {kPost, "/mlflow/runs/log-metric", kTrack, Aside<LogMetric>},
    {kPost, "/mlflow/runs/log-parameter", kTrack, Aside<LogParameter>},
    {kPost, "/mlflow/runs/set-tag", kTrack, Aside<SetTag>},
    {kPost, "/mlflow/runs/delete-tag", kTrack, Aside<DeleteTag>},
    {kPost, "/mlflow/runs/log-model", kTrack, Aside<LogModel>},
    {kPost, "/mlflow/runs/log-inputs", kTrack, Aside<LogInputs>},
    {kPost, "/mlflow/runs/outputs", kTrack, Aside<LogOutputs>},
    {kPost, "/mlflow/runs/create", kTrack, Aside<CreateRun>},
    {kPost, "/mlflow/runs/update", kTrack, Aside<UpdateRun>},
    {kPost, "/mlflow/runs/delete", kTrack, Aside<DeleteRun>},
    {kPost, "/mlflow/runs/restore", kTrack, Aside<RestoreRun>},
    {kGet, "/mlflow/runs/get", kSee, Aside<GetRun>},
    {kPost, "/mlflow/runs/search", kSee, Aside<SearchRuns>},

    {kGet, "/mlflow/metrics/get-history", kSee, Aside<GetMetricHistory>},
    {kGet, "/mlflow/metrics/get-history-bulk-interval", kSee, Aside<GetMetricHistoryInterval>},
    {kGet, "/mlflow/metrics/get-history-bulk", kSee, Aside<GetMetricHistoryBulk>, Mount::kAjax},

    {kPost, "/mlflow/experiments/create", kTrack, Aside<CreateExperiment>},
    {kGet, "/mlflow/experiments/get", kSee, Aside<GetExperiment>},
    {kGet, "/mlflow/experiments/get-by-name", kSee, Aside<GetExperimentByName>},
    {kPost, "/mlflow/experiments/search", kSee, Aside<SearchExperiments>},
    {kGet, "/mlflow/experiments/search", kSee, Aside<SearchExperiments>},
    {kPost, "/mlflow/experiments/update", kTrack, Aside<UpdateExperiment>},
    {kPost, "/mlflow/experiments/delete", kTrack, Aside<DeleteExperiment>},
    {kPost, "/mlflow/experiments/restore", kTrack, Aside<RestoreExperiment>},
    {kPost, "/mlflow/experiments/set-experiment-tag", kTrack, Aside<SetExperimentTag>},
    {kPost, "/mlflow/experiments/delete-experiment-tag", kTrack, Aside<DeleteExperimentTag>},
    {kPost, "/mlflow/experiments/search-datasets", kSee, Aside<SearchDatasets>},
    {kPost, "mlflow/experiments/search-datasets", kSee, Aside<SearchDatasets>},  // as MLflow has it

    {kPost, "/mlflow/logged-models", kTrack, Aside<CreateLoggedModel>},
    {kPost, "/mlflow/logged-models/search", kSee, Aside<SearchLoggedModels>},
    {kGet, "/mlflow/logged-models/{}", kSee, Aside<GetLoggedModel>},
    {kPatch, "/mlflow/logged-models/{}", kTrack, Aside<FinalizeLoggedModel>},
    {kDelete, "/mlflow/logged-models/{}", kTrack, Aside<DeleteLoggedModel>},
    {kPatch, "/mlflow/logged-models/{}/tags", kTrack, Aside<SetLoggedModelTags>},
    {kDelete, "/mlflow/logged-models/{}/tags/{}", kTrack, Aside<DeleteLoggedModelTag>},
    {kPost, "/mlflow/logged-models/{}/params", kTrack, Aside<LogLoggedModelParams>},
    {kGet, "/mlflow/logged-models/{}/artifacts/directories", kSee, Aside<ListLoggedModelFiles>},
    {kGet, "/mlflow/logged-models/{}/artifacts/files", kSee, ReadLoggedModelFile, Mount::kAjax},
};

}  // namespace

std::span<const Route> TrackingRoutes() { return kRoutes; }

}  // namespace mooring::api::mlflow
