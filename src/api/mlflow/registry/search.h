// MLflow's searches of the registry: GET …/registered-models/search and …/model-versions/search.
// Models that the caller does not see are not found, nor do they take a place on a page.
#pragma once

#include <string>

#include "api/call.h"

namespace mooring::api::mlflow {

inline constexpr std::size_t kModelsOnAPage = 100, kMostModels = 1000;
inline constexpr std::size_t kVersionsOnAPage = 10'000, kMostVersions = 200'000;

Result<std::string> SearchRegisteredModels(const Call& call);
Result<std::string> SearchModelVersions(const Call& call);

}  // namespace mooring::api::mlflow
