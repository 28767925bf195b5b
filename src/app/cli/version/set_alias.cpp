#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/store/change.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunSetAlias(Context& context, const Args& args) {
  const std::string& model = args.positional(0);
  const std::string& alias = args.positional(1);
  if (alias == "champion") {
    return Error(Code::kInvalidArgument,
                 "'champion' is not set like other aliases: it moves traffic")
        .Help(args.positional(2) == "none"
                  ? "mooring route rollback " + model + ": a model that serves keeps a champion"
                  : "mooring version promote " + model + " " + args.positional(2));
  }
  ASSIGN_OR_RETURN(const records::Change change, ChangeOf(context, args, Reason::kOptional));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(const auto aliases, store->Aliases(model));
  VersionNumber to = 0;
  if (args.positional(2) != "none") {
    ASSIGN_OR_RETURN(const auto version, FindVersion(*store, model, args.positional(2)));
    to = version.number;
  }
  const auto found = aliases.find(alias);
  const VersionNumber from = found == aliases.end() ? 0 : found->second;
  if (from == to) {
    context.Hint("nothing to change: " + alias + " is " + VersionText(to));
    return ExitCode::kDone;
  }
  if (args.Has("dry-run")) {
    context.Hint("would change: " + alias + " of " + model + ": " + VersionText(from) + " -> " +
                 VersionText(to));
    return ExitCode::kDone;
  }
  ASSIGN_OR_RETURN(const auto moved, store->SetAlias(model, alias, to, change));
  RETURN_IF_ERROR(PrintListing(context, args, AliasChangeListing(moved)));
  context.Hint("undo: mooring version set-alias " + model + " " + alias + " " + VersionText(from));
  return ExitCode::kDone;
}

}  // namespace

Command VersionSetAliasCommand() {
  return {
      .name = "version set-alias",
      .summary = "give a version a name, or take it away with 'none'",
      .examples = {{"mooring version set-alias flight-cover candidate 3", "name it"},
                   {"mooring version set-alias flight-cover candidate none", "forget the name"}},
      .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel},
                    {.name = "ALIAS", .summary = "name; not champion"},
                    {.name = "VERSION",
                     .summary = "number, alias or none",
                     .completes = Completes::kVersion}},
      .flags = Join({ChangeFlags(), StoreFlags(), OutputFlags()}),
      .run = RunSetAlias};
}

}  // namespace mooring::app::cli
