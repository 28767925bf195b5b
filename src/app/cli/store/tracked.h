// What MLflow's clients keep in a data directory that no server holds: experiments and runs, files,
// the registry; opened as the server opens them (app/tracked_stores.h). Thread safety: one command.
// Failure: kUnsupported with --server, kConflict while a server runs, kNotFound.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/cli/context.h"
#include "app/tracked_stores.h"
#include "base/io/file_system.h"
#include "control/moving/import.h"

namespace mooring::app::cli {

struct LocalTracked {
  std::unique_ptr<FileLock> lock;
  TrackedStores opened;

  control::MovingStores stores() const {
    return {opened.tracking.get(), opened.artifacts.get(), opened.catalogue.get()};
  }
};

// `make`: the directory is made when it is absent; else that is kNotFound. Nobody else writes
// meanwhile, so a large file that loses its last name is freed at once.
Result<LocalTracked> OpenTracked(Context& context, std::string_view command, bool make);

// A path that means the same wherever it is said; without '/' at its end.
Result<std::string> AbsolutePath(const std::string& path);

}  // namespace mooring::app::cli
