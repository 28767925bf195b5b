// LocalStore: a data directory opened for registering and checking versions: registry, blobs, and
// serving's own way from a caller's rows to a model's.
// Thread safety: one command. Ownership: holds what it opened; moves keep pointers valid.
#pragma once

#include <memory>
#include <string>

#include "app/cli/context.h"
#include "base/io/python_runtime.h"
#include "control/registration/register_version.h"
#include "data/store/blob_store.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {

struct LocalStore {
  std::unique_ptr<records::Registry> registry;
  std::unique_ptr<data::BlobStore> blobs;
  std::string library_directory;
};

// The data directory must exist and `server` must not be set.
Result<LocalStore> OpenLocalStore(Context& context, std::string_view command);

// For models that only Python runs: the setting `python`, working below the data directory.
PythonRuntime PythonOf(const Context& context);

control::Registrar RegistrarOf(const Context& context, const LocalStore& store);

}  // namespace mooring::app::cli
