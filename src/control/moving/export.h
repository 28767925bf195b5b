// Export: writes what is tracked and registered here out as a directory of MLflow's file store
// (mlflow_files_source.h says what lies where), which MLflow's own tools read: nobody is kept.
//
// The directory must be new or empty. A file that could not be written ends the export; a name
// that the file store has no room for (a key that is a directory of another key, a registered model
// with '/') is left out and told. An interrupted export is thrown away and made again. Nothing is
// synced: the truth stays here. Deleted runs and experiments are written as deleted ones.
//
// Thread safety: one thread. Memory: one run, and 1 MiB of an artifact.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "control/moving/import.h"

namespace mooring::control {

struct ExportReport {
  std::uint64_t experiments = 0, runs = 0, points = 0, logged_models = 0, files = 0, bytes = 0,
                models = 0, versions = 0, aliases = 0;
  std::vector<std::string> notes;
};

struct ExportOptions {
  std::string directory;
  std::string uri;  // what artifact locations in it begin with: "file:///abs/path" of directory
  FileSystem* files = nullptr;                                  // required
  std::function<bool(const ExportReport&)> progress = nullptr;  // false stops
};

Result<ExportReport> ExportMlflow(const MovingStores& stores, const ExportOptions& options);

}  // namespace mooring::control
