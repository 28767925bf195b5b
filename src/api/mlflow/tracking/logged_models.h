// MLflow 3's calls on logged models: POST /logged-models and …/search, GET, PATCH and DELETE of
// one, its tags and params. {0} is the model's id. Its files are in logged_model_files.h.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

Result<std::string> CreateLoggedModel(const Call& call);
Result<std::string> FinalizeLoggedModel(const Call& call);
Result<std::string> GetLoggedModel(const Call& call);
Result<std::string> DeleteLoggedModel(const Call& call);
Result<std::string> SearchLoggedModels(const Call& call);
Result<std::string> SetLoggedModelTags(const Call& call);
Result<std::string> DeleteLoggedModelTag(const Call& call);  // {1}: the key
Result<std::string> LogLoggedModelParams(const Call& call);

}  // namespace mooring::api::mlflow
