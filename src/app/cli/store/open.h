// Where commands find models, versions and routes: the registry of a local data directory, or the
// same interface spoken to a server over HTTP (store/server_registry.h). Commands do not know
// which. Thread safety: as records::Registry.
#pragma once

#include <memory>

#include "app/cli/context.h"
#include "records/audit/control_log.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {

// By the settings: `server` when it is set, else `data_dir`, which is made when it is absent.
Result<std::unique_ptr<records::Registry>> OpenStore(Context& context);

// The same, but an absent data directory is kNotFound: for commands that only look.
Result<std::unique_ptr<records::Registry>> OpenExistingStore(Context& context);

// The control log of the local data directory; nothing is made before something is appended.
std::unique_ptr<records::ControlLog> MakeControlLog(Context& context);

// kUnsupported when `server` is set: `command` works on the files themselves.
Status RequireLocal(const Context& context, std::string_view command);

}  // namespace mooring::app::cli
