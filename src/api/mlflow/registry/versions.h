// MLflow's calls on model versions: …/model-versions/{create, get, update, delete,
// transition-stage, set-tag, delete-tag}. Each gives the JSON of its answer and
// may block (wire/answer.h runs it aside).
//
// A version made here is a card: it serves once the alias champion of a model with a contract is
// pointed at it (aliases.h).
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> CreateModelVersion(const Call& call);
Result<std::string> GetModelVersion(const Call& call);
Result<std::string> UpdateModelVersion(const Call& call);
Result<std::string> DeleteModelVersion(const Call& call);
Result<std::string> TransitionStage(const Call& call);
Result<std::string> SetModelVersionTag(const Call& call);
Result<std::string> DeleteModelVersionTag(const Call& call);

}  // namespace mooring::api::mlflow
