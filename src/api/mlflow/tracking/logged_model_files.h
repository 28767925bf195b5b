// The files of a logged model, for clients and for MLflow's page: a directory's list, and the bytes
// of one file that is small enough to be looked at (kShownFileBytes; larger ones are downloaded
// through the artifact proxy). {0} is the model's id.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "base/limits.h"

namespace mooring::api::mlflow {

inline constexpr std::size_t kShownFileBytes = 16 * limits::kMiB;

// {"root_uri":…,"files":[{"path":…,"is_dir":…,"file_size":…}]}; paths from the model's root.
Result<std::string> ListLoggedModelFiles(const Call& call);
void ReadLoggedModelFile(const Call& call);

// Where a URI of this server's own artifacts lies in its store: "mlflow-artifacts:/1/ab/artifacts"
// is "1/ab/artifacts". nullopt for other places.
std::optional<std::string> StorePathOf(std::string_view artifact_uri);

}  // namespace mooring::api::mlflow
