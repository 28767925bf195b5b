// Where a client's artifact lies in the store: the paths and URIs of MLflow's calls made into paths
// of records::ArtifactStore.
//
// Pure; thread safe. Failure: kInvalidArgument "Invalid path".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::api::mlflow {

// A path that a client gave, "" allowed. Some clients and proxies encode more than once: a path
// that decodes to one that climbs is refused, too, but taken as it was sent.
Result<std::string> SafePath(std::string_view path);

// The store's path behind "mlflow-artifacts:/1/ab/artifacts", with or without a host; kUnsupported
// for other roots, whose files this server does not have.
Result<std::string> PathOfUri(std::string_view uri);

// Where the server itself lays out files of versions that clients then read (registry/
// version_downloads.h). Not listed, and written by nobody else.
inline constexpr std::string_view kLaidOut = "registered";
// As SafePath, for a path that a client writes or deletes: kPermissionDenied under kLaidOut.
Result<std::string> WritablePath(std::string_view path);

std::string Joined(std::string_view directory, std::string_view path);

}  // namespace mooring::api::mlflow
