#include "app/cli/commands.h"
#include "app/cli/store/access.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunAdd(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const records::Grant grant, GrantOf(args));
  ASSIGN_OR_RETURN(const std::string author, AuthorOf(context, args));
  ASSIGN_OR_RETURN(const auto store, OpenAccess(context, "grant add"));
  RETURN_IF_ERROR(store->AddGrant(args.positional(0), grant, author));
  context.Hint(args.positional(0) + " is " + args.positional(1) + " of " + grant.model);
  return ExitCode::kDone;
}

}  // namespace

Command GrantAddCommand() {
  return {.name = "grant add",
          .summary = "give somebody a role over a model, or over every one",
          .text =
              "A token opens what its own scope and these grants share. Who makes versions of a "
              "model does\nnot approve them or set their limits, and who gives rights does not use "
              "them: such pairs are\nrefused.",
          .examples = {{"mooring grant add ann operator --model flight-cover", "one model"},
                       {"mooring grant add svc.example scorer", "a service with a certificate"}},
          .arguments = {{.name = "PRINCIPAL", .summary = "who"},
                        {.name = "ROLE", .summary = "as `mooring access roles` lists them"}},
          .flags = GrantFlags(),
          .run = RunAdd};
}

}  // namespace mooring::app::cli
