#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunList(Context& context, const Args& args) {
  control::DeskCall call{.what = control::DeskCall::What::kAlerts};
  call.model = args.Text("model");
  call.all = args.Has("all");
  call.limit = 1000;
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  Listing listing = AlertListing();
  AddRows(listing, answer, "alerts");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (listing.rows.empty()) context.Hint("no alert is pending or fires");
  return ExitCode::kDone;
}

}  // namespace

Command AlertListCommand() {
  return {.name = "alert list",
          .summary = "what is pending and what fires, the worst first",
          .examples = {{"mooring alert list", "now"},
                       {"mooring alert list --all -o json", "with what is over, for a script"}},
          .flags = Join({{{.name = "model",
                           .value = "MODEL",
                           .summary = "of one model only",
                           .completes = Completes::kModel},
                          {.name = "all", .summary = "also what is resolved"}},
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunList};
}

}  // namespace mooring::app::cli
