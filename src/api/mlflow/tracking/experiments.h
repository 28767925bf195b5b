// MLflow's calls on experiments: POST/GET …/experiments/{create, get, get-by-name, search, update,
// delete, restore, set-experiment-tag, delete-experiment-tag, search-datasets}. Each gives the JSON
// of its answer and may block (wire/answer.h runs it aside).
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> CreateExperiment(const Call& call);
Result<std::string> GetExperiment(const Call& call);
Result<std::string> GetExperimentByName(const Call& call);
Result<std::string> SearchExperiments(const Call& call);
Result<std::string> UpdateExperiment(const Call& call);
Result<std::string> DeleteExperiment(const Call& call);
Result<std::string> RestoreExperiment(const Call& call);
Result<std::string> SetExperimentTag(const Call& call);
Result<std::string> DeleteExperimentTag(const Call& call);
Result<std::string> SearchDatasets(const Call& call);

}  // namespace mooring::api::mlflow
