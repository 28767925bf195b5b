#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/store/change.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

using State = records::VersionRecord::State;

// Told before anybody is asked; the registry holds the same rule.
Status CheckCandidate(const records::VersionRecord& version, bool force) {
  if (force || version.state == State::kCandidate) return Ok();
  const std::string number = std::to_string(version.number);
  return Error(Code::kFailedPrecondition,
               "version " + number + " of '" + version.model + "' is " +
                   (version.state == State::kRefused ? "refused" : "archived"))
      .Why(version.state_reason)
      .Help("mooring version show " + version.model + " " + number +
            "; --force promotes it all the same");
}

Result<ExitCode> RunPromote(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(records::Change change, ChangeOf(context, args, Reason::kRequired));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  const std::string& model = args.positional(0);
  ASSIGN_OR_RETURN(const auto version, FindVersion(*store, model, args.positional(1)));
  ASSIGN_OR_RETURN(const records::ModelRoute route, RouteOf(*store, model));
  const VersionNumber before = route.champion;
  if (before == version.number) {
    context.Hint("nothing to change: version " + VersionText(before) + " is the champion");
    return ExitCode::kDone;
  }
  change.force = args.Has("force");
  RETURN_IF_ERROR(CheckCandidate(version, change.force));
  ASSIGN_OR_RETURN(const Consent consent,
                   AskFor(context, args,
                          "champion of " + model + ": " + VersionText(before) + " -> " +
                              VersionText(version.number)));
  // What somebody agreed to at the terminal is this change, not another one.
  if (!args.Has("yes") && !change.if_revision) change.if_revision = route.revision;
  if (consent == Consent::kDryRun) return ExitCode::kDone;
  if (consent == Consent::kDeclined) return ExitCode::kFindings;
  ASSIGN_OR_RETURN(const auto moved, store->SetAlias(model, "champion", version.number, change));
  RETURN_IF_ERROR(PrintListing(context, args, AliasChangeListing(moved)));
  if (before != 0) {
    context.Hint("undo: mooring route rollback " + model + " --reason TEXT");
  }
  return ExitCode::kDone;
}

}  // namespace

Command VersionPromoteCommand() {
  return {.name = "version promote",
          .summary = "make a version the champion: the one that answers",
          .text =
              "The server loads the version, checks its golden rows, and only then lets it answer; "
              "the\n"
              "one before stays loaded for rollback. Refused versions need --force.",
          .examples = {{"mooring version promote flight-cover 2 --reason \"less log loss\"",
                        "asks first"},
                       {"mooring version promote flight-cover 2 --reason CI --yes --if-revision 7",
                        "in a script: only if nobody moved the route since"}},
          .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel},
                        {.name = "VERSION",
                         .summary = "number or alias",
                         .completes = Completes::kVersion}},
          .flags = Join({{{.name = "force", .summary = "also a refused or archived version"}},
                         ChangeFlags(),
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunPromote};
}

}  // namespace mooring::app::cli
