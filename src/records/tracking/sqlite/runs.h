// What is written of runs: made, changed, deleted and restored, their params, tags and metrics.
// Called by the writer; FindActiveRun's errors and those of MLflow's words below.
//
// Thread safety: as the session.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

inline constexpr std::string_view kRunNameTag = "mlflow.runName";

// The name that a new run's field and its tag mlflow.runName agree on; "" when neither says one.
// Two that differ are kInvalidArgument.
Result<std::string> NameOfNewRun(const NewRun& run);
// The tags a new run has: what it says, by key, the last of each, and its name.
std::vector<KeyValue> NewRunTags(const NewRun& run);
// `run.id` and `run.name` are filled. An id that is taken is kAlreadyExists.
Result<RunHeader> CreateRunIn(Session& session, const NewRun& run);
Result<RunHeader> UpdateRunIn(Session& session, std::string_view run_id, const RunChange& change);
// What is so already stays as it is.
Status DeleteRunIn(Session& session, std::string_view run_id, Millis now);
Status RestoreRunIn(Session& session, std::string_view run_id);

Status LogBatchIn(Session& session, std::string_view run_id, const LoggedBatch& batch);
Status LogParamIn(Session& session, std::string_view run_id, const KeyValue& param);
Status DeleteTagIn(Session& session, std::string_view run_id, std::string_view key);

}  // namespace mooring::records
