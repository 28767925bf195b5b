// What `alert ack` and `incident ack` share. Thread safety: as Context.
#pragma once

#include <cstdint>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"

namespace mooring::app::cli {

std::vector<Flag> AuthorFlag();
std::vector<Flag> AcknowledgeFlags();  // --note, --author
Result<ExitCode> Acknowledge(Context& context, const Args& args, std::uint64_t incident);

}  // namespace mooring::app::cli
