// TrackedStores: what MLflow's clients keep in a data directory: experiments and runs, files, the
// registry as they see it. The server and the commands that work without one (`mooring import
// mlflow`, `mooring export mlflow`, `mooring tracking purge`) open them here, so that both mean the
// same files.
//
// Files of runs have a blob store of their own (artifacts/), so that nothing that a client deletes
// can be a file that a version serves from. Whoever opens holds the data directory (server.lock):
// uploads that nobody ended are removed.
//
// Thread safety: that of the stores. Failure: kInvalidArgument for a root of artifacts that is
// none; else as SQLite and the file system.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/result.h"
#include "data/store/blob_store.h"
#include "records/artifacts/artifact_store.h"
#include "records/catalogue/catalogue.h"
#include "records/tracking/tracking_store.h"

namespace mooring::app {

struct TrackedStores {
  struct Options {
    FileSystem* files = nullptr;   // required
    const Clock* clock = nullptr;  // required
    std::string root;              // the data directory
    std::string artifact_root = "mlflow-artifacts:/";
    bool allow_file_locations = false;  // file: roots, where clients write for themselves
    // How long a large file that lost its name stays; nothing without other writers.
    std::chrono::milliseconds grace = std::chrono::minutes(10);
  };
  static Result<TrackedStores> Open(const Options& options);

  std::unique_ptr<data::BlobStore> files_of_runs;
  std::unique_ptr<records::TrackingStore> tracking;
  std::unique_ptr<records::ArtifactStore> artifacts;
  std::unique_ptr<records::Catalogue> catalogue;
};

}  // namespace mooring::app
