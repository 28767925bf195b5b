// Experiments in tracking.db. Functions that write are called by the writer.
//
// Failure: kNotFound, kAlreadyExists and kInvalidArgument in MLflow's words.
// Thread safety: as the session.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

// "" and a slash too many do not matter: "mlflow-artifacts:/" and "3" give "mlflow-artifacts:/3".
std::string JoinLocation(std::string_view root, std::string_view rest);
// A decimal number as we write it; nothing for any other text.
std::optional<std::int64_t> ExperimentNumber(std::string_view id);

// The experiment "0", Default, where there is none yet.
Status MakeDefaultExperiment(Session& session, std::string_view root, Millis now);

struct ExperimentRow {
  std::int64_t number = 0;
  std::string artifact_location;
};
// What a new run or model needs to know. A deleted experiment is kInvalidArgument.
Result<ExperimentRow> FindActiveExperiment(Session& session, std::string_view id);

Result<Experiment> ReadExperiment(Session& session, std::string_view id);
Result<Experiment> ReadExperimentByName(Session& session, std::string_view name);
// Tags included. The number stands in a row of `experiments`.
Result<Experiment> ReadExperimentRow(Session& session, std::int64_t number);

Result<std::string> CreateExperimentIn(Session& session, const NewExperiment& experiment,
                                       std::string_view root, Millis now);
Status RenameExperimentIn(Session& session, std::string_view id, std::string_view name, Millis now);
Status DeleteExperimentIn(Session& session, std::string_view id, Millis now);
// Runs that were deleted before their experiment stay so.
Status RestoreExperimentIn(Session& session, std::string_view id, Millis now);
Status SetExperimentTagIn(Session& session, std::string_view id, const KeyValue& tag);
Status DeleteExperimentTagIn(Session& session, std::string_view id, std::string_view key);

}  // namespace mooring::records
