#include "app/tracked_stores.h"

namespace mooring::app {
namespace {

Status CheckRoot(const TrackedStores::Options& options) {
  const std::string& root = options.artifact_root;
  if (root.starts_with("mlflow-artifacts:")) return Ok();
  if (root.starts_with("file:") && options.allow_file_locations) return Ok();
  return Error(Code::kInvalidArgument, "'" + root + "' is no root of artifacts")
      .Why(
          root.starts_with("file:")
              ? "clients would write on this machine for themselves; that must be allowed in words"
              : "files of runs go through the server (mlflow-artifacts:/) or, where allowed, file:")
      .Help("--artifact-root mlflow-artifacts:/, or mlflow.allow_file_locations: true");
}

}  // namespace

Result<TrackedStores> TrackedStores::Open(const Options& options) {
  RETURN_IF_ERROR(CheckRoot(options));
  TrackedStores stores;
  ASSIGN_OR_RETURN(stores.tracking,
                   records::OpenSqliteTracking({.file = options.root + "/tracking.db",
                                                .artifact_root = options.artifact_root,
                                                .clock = options.clock}));
  ASSIGN_OR_RETURN(data::BlobStore blobs,
                   data::BlobStore::Open(*options.files, options.root + "/artifacts"));
  stores.files_of_runs = std::make_unique<data::BlobStore>(std::move(blobs));
  RETURN_IF_ERROR(stores.files_of_runs->RemoveLeftovers());
  ASSIGN_OR_RETURN(stores.artifacts,
                   records::ArtifactStore::Open({.file = options.root + "/artifacts.db",
                                                 .blobs = stores.files_of_runs.get(),
                                                 .clock = options.clock,
                                                 .files = options.files,
                                                 .grace = options.grace}));
  ASSIGN_OR_RETURN(stores.catalogue,
                   records::Catalogue::Open({.directory = options.root, .clock = options.clock}));
  return stores;
}

}  // namespace mooring::app
