// Logged models in tracking.db: made, finished, read, deleted, their params, tags and metrics.
//
// A deleted model is kNotFound, as one that never was: "Logged model with ID '…' not found.".
// Thread safety: as the session.
#pragma once

#include <span>
#include <string_view>

#include "records/tracking/sqlite/run_rows.h"
#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

// `model.id` and `model.name` are filled. An id that is taken is kAlreadyExists.
Result<LoggedModel> CreateLoggedModelIn(Session& session, const NewLoggedModel& model, Millis now);
Result<LoggedModel> FinalizeLoggedModelIn(Session& session, std::string_view id,
                                          LoggedModelStatus status, Millis now);
Result<LoggedModel> ReadLoggedModel(Session& session, std::string_view id);
// The number stands in a row of `logged_models`.
Result<LoggedModel> ReadLoggedModelRow(Session& session, std::int64_t number);
Status DeleteLoggedModelIn(Session& session, std::string_view id, Millis now);
Status SetLoggedModelTagsIn(Session& session, std::string_view id, std::span<const KeyValue> tags);
Status DeleteLoggedModelTagIn(Session& session, std::string_view id, std::string_view key);
// A param is immutable, as those of runs.
Status LogLoggedModelParamsIn(Session& session, std::string_view id,
                              std::span<const KeyValue> params);

// Attaches those that name a model to it: of each key and dataset the latest.
Status LogModelMetrics(Session& session, const RunRow& run, std::span<const Metric> metrics);

}  // namespace mooring::records
