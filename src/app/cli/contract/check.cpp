#include "app/cli/commands.h"
#include "app/cli/config/check.h"

namespace mooring::app::cli {
namespace {

// Whatever stands in the file: who asks here means a contract, even an empty one.
Result<ExitCode> RunCheck(Context& context, const Args& args) {
  return CheckFiles(context, args, args.PositionalsFrom(0), [](std::string_view) { return true; });
}

}  // namespace

Command ContractCheckCommand() {
  return {.name = "contract check",
          .summary = "find all errors of contracts",
          .text = "Prints one FILE:LINE:COLUMN: line an error and exits with 1 when there are any.",
          .examples = {{"mooring contract check contract.yaml", "before applying it"}},
          .arguments = {{.name = "FILE",
                         .summary = "contract",
                         .repeated = true,
                         .completes = Completes::kFile}},
          .flags = OutputFlags(),
          .run = RunCheck,
          .needs_settings = false};
}

}  // namespace mooring::app::cli
