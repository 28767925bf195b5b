// MLflow's calls on runs: POST …/runs/{create, update, delete, restore, search} and GET
// …/runs/get. What is logged into runs is in logging.h.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> CreateRun(const Call& call);
Result<std::string> UpdateRun(const Call& call);
Result<std::string> GetRun(const Call& call);
Result<std::string> DeleteRun(const Call& call);
Result<std::string> RestoreRun(const Call& call);
Result<std::string> SearchRuns(const Call& call);

}  // namespace mooring::api::mlflow
