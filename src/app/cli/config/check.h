// CheckFiles: what `config check` and `contract check` share: all errors of some files as compilers
// write them, FILE:LINE:COLUMN: message.
// Thread safety: as Context.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"

namespace mooring::app::cli {

// `is_contract` says by a file's text what to judge it as: a contract, or a configuration.
// kFindings when anything is wrong.
Result<ExitCode> CheckFiles(Context& context, const Args& args,
                            const std::vector<std::string>& files,
                            bool (*is_contract)(std::string_view text));

}  // namespace mooring::app::cli
