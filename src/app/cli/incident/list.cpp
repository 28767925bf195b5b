#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunList(Context& context, const Args& args) {
  control::DeskCall call{.what = control::DeskCall::What::kIncidents};
  call.model = args.Text("model");
  call.open = args.Has("open");
  ASSIGN_OR_RETURN(const auto limit, args.Number("limit", 1, 1000));
  call.limit = limit.value_or(100);
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  Listing listing = IncidentListing();
  AddRows(listing, answer, "incidents");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command IncidentListCommand() {
  return {.name = "incident list",
          .summary = "incidents, newest first, with their owners",
          .examples = {{"mooring incident list --open", "what is not resolved"}},
          .flags = Join({{{.name = "model",
                           .value = "MODEL",
                           .summary = "of one model only",
                           .completes = Completes::kModel},
                          {.name = "open", .summary = "only what is not resolved"},
                          {.name = "limit", .value = "N", .summary = "at most that many (100)"}},
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunList};
}

}  // namespace mooring::app::cli
