#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/store/change.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunRollback(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(records::Change change, ChangeOf(context, args, Reason::kRequired));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  const std::string& model = args.positional(0);
  ASSIGN_OR_RETURN(const records::ModelRoute route, RouteOf(*store, model));
  if (route.previous == 0) {
    return Error(Code::kFailedPrecondition, "model '" + model + "' has nothing to roll back to")
        .Why("no champion was before " + VersionText(route.champion))
        .Help("mooring route show " + model + " --history");
  }
  ASSIGN_OR_RETURN(const Consent consent,
                   AskFor(context, args,
                          "champion of " + model + ": " + VersionText(route.champion) + " -> " +
                              VersionText(route.previous)));
  if (!args.Has("yes") && !change.if_revision) change.if_revision = route.revision;
  if (consent == Consent::kDryRun) return ExitCode::kDone;
  if (consent == Consent::kDeclined) return ExitCode::kFindings;
  ASSIGN_OR_RETURN(const auto moved, store->Rollback(model, change));
  RETURN_IF_ERROR(PrintListing(context, args, AliasChangeListing(moved)));
  context.Hint("undo: mooring version promote " + model + " " + VersionText(moved.from) +
               " --reason TEXT");
  return ExitCode::kDone;
}

}  // namespace

Command RouteRollbackCommand() {
  return {
      .name = "route rollback",
      .summary = "let the champion before this one answer again",
      .text = "It is loaded already, so the change takes milliseconds; it stays in the history.",
      .examples = {{"mooring route rollback flight-cover --reason \"scores look wrong\"",
                    "asks first"},
                   {"mooring route rollback flight-cover --reason drift --yes", "in a script"}},
      .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel}},
      .flags = Join({ChangeFlags(), StoreFlags(), OutputFlags()}),
      .run = RunRollback};
}

}  // namespace mooring::app::cli
