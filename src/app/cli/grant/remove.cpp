#include "app/cli/commands.h"
#include "app/cli/store/access.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunRemove(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const records::Grant grant, GrantOf(args));
  ASSIGN_OR_RETURN(const std::string author, AuthorOf(context, args));
  ASSIGN_OR_RETURN(const auto store, OpenAccess(context, "grant remove"));
  RETURN_IF_ERROR(store->RemoveGrant(args.positional(0), grant, author));
  context.Hint(args.positional(0) + " is not " + args.positional(1) + " of " + grant.model +
               " any more, with any token");
  return ExitCode::kDone;
}

}  // namespace

Command GrantRemoveCommand() {
  return {
      .name = "grant remove",
      .summary = "take a role away again, from all tokens of somebody",
      .examples = {{"mooring grant remove ann operator --model flight-cover", "within a second"}},
      .arguments = {{.name = "PRINCIPAL", .summary = "who"},
                    {.name = "ROLE", .summary = "as it was given"}},
      .flags = GrantFlags(),
      .run = RunRemove};
}

}  // namespace mooring::app::cli
