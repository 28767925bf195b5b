// The stores of MLflow's clients in a data directory that no server holds: experiments and runs,
// artifacts, the registry. Thread safety: one command. Failure: kUnsupported with --server,
// kConflict while a server runs.
#pragma once

#include <memory>
#include <string_view>

#include "app/cli/context.h"
#include "base/io/file_system.h"
#include "control/moving/import.h"
#include "data/store/blob_store.h"

namespace mooring::app::cli {

struct LocalTracked {
  std::unique_ptr<FileLock> lock;
  std::unique_ptr<data::BlobStore> blobs;
  std::unique_ptr<records::TrackingStore> tracking;
  std::unique_ptr<records::ArtifactStore> artifacts;
  std::unique_ptr<records::Catalogue> catalogue;

  control::MovingStores stores() const {
    return {tracking.get(), artifacts.get(), catalogue.get()};
  }
};

// `make`: the directory is made when it is absent; else that is kNotFound. Artifacts that lose
// their name are freed by the server: it knows who else names a blob.
Result<LocalTracked> OpenTracked(Context& context, std::string_view command, bool make);

}  // namespace mooring::app::cli
