#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

using control::LimitCall;

Result<ExitCode> RunList(Context& context, const Args& args) {
  LimitCall call{.what = LimitCall::What::kChanges};
  call.model = args.Text("model");
  call.state = args.Text("state");
  ASSIGN_OR_RETURN(const auto limit, args.Number("limit", 1, 1000));
  call.count = limit.value_or(100);
  ASSIGN_OR_RETURN(const Json answer, AskLimitDesk(context, call));
  Listing listing = ChangeListing();
  AddRows(listing, answer, "changes");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

Result<ExitCode> RunShow(Context& context, const Args& args) {
  LimitCall call{.what = LimitCall::What::kChange};
  ASSIGN_OR_RETURN(call.id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(const Json answer, AskLimitDesk(context, call));
  RETURN_IF_ERROR(PrintChange(context, args, answer));
  return ExitCode::kDone;
}

}  // namespace

Command ChangeListCommand() {
  return {.name = "change list",
          .summary = "changes of limits and kills that were asked for, newest first",
          .examples = {{"mooring change list --state pending", "what waits for somebody"}},
          .flags = Join({{{.name = "model",
                           .value = "MODEL",
                           .summary = "of one model only",
                           .completes = Completes::kModel},
                          {.name = "state",
                           .value = "STATE",
                           .summary = "in one state only",
                           .choices = {"pending", "approved", "rejected", "withdrawn", "expired"}},
                          {.name = "limit", .value = "N", .summary = "at most that many (100)"}},
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunList};
}

Command ChangeShowCommand() {
  return {.name = "change show",
          .summary = "one change, with the hash of all that was asked",
          .examples = {{"mooring change show 12 -o json", "before you agree"}},
          .arguments = {{.name = "ID", .summary = "number of the change"}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
