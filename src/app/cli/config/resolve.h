// Resolving the configuration: flag > environment > file > default.
// Thread safety: pure but for the files that are read.
#pragma once

#include <string>

#include "app/cli/args.h"
#include "app/cli/config/settings.h"
#include "app/cli/context.h"

namespace mooring::app::cli {

// The configuration file: --config, else MOORING_CONFIG, else the first that exists of
// ./mooring.yaml, $XDG_CONFIG_HOME/mooring/mooring.yaml (default ~/.config),
// /etc/mooring/mooring.yaml; "" none.
std::string FindConfigFile(const Context& context, const Args& args);

// All values with their origins. A named file that is absent, a wrong file, a wrong value of
// a variable or a flag is an error; a variable that looks like a slip is a warning.
Result<Settings> ResolveSettings(const Context& context, const Command& command, const Args& args);

}  // namespace mooring::app::cli
