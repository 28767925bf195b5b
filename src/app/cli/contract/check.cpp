#include "app/cli/commands.h"

namespace mooring::app::cli {

// The same as `config check FILE`, found where people look for it.
Command ContractCheckCommand() {
  Command check = ConfigCheckCommand();
  check.name = "contract check";
  check.summary = "find all errors of contracts";
  check.text = "Prints one FILE:LINE:COLUMN: line an error and exits with 1 when there are any.";
  check.examples = {{"mooring contract check contract.yaml", "before applying it"}};
  check.arguments = {
      {.name = "FILE", .summary = "contract", .repeated = true, .completes = Completes::kFile}};
  return check;
}

}  // namespace mooring::app::cli
