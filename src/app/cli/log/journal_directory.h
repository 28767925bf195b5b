// The journal of the data directory, for the commands that read it. Thread safety: one command.
#pragma once

#include <string>

#include "app/cli/context.h"
#include "base/result.h"

namespace mooring::app::cli {

// Its directory. kNotFound when there is no journal, kUnsupported with --server.
Result<std::string> JournalDirectory(Context& context, std::string_view command);

}  // namespace mooring::app::cli
