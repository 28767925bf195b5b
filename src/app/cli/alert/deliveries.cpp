#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunDeliveries(Context& context, const Args& args) {
  control::DeskCall call{.what = control::DeskCall::What::kNotifications};
  call.sink = args.Text("sink");
  call.state = args.Text("state");
  ASSIGN_OR_RETURN(const auto limit, args.Number("limit", 1, 1000));
  call.limit = limit.value_or(100);
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  Listing listing("mooring.deliveries/1", {{"id", "number"},
                                           {"key", "idempotency key", false},
                                           {"sink", "to whom"},
                                           {"event", "opened, updated, reopened or resolved"},
                                           {"incident", "of which incident"},
                                           {"state", "waiting, delivered or dead"},
                                           {"attempts", "how many so far"},
                                           {"created", "when"},
                                           {"next_attempt", "when it is tried again"},
                                           {"ended", "when it was delivered or given up", false},
                                           {"last_answer", "what the sink said"}});
  AddRows(listing, answer, "notifications");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command AlertDeliveriesCommand() {
  return {.name = "alert deliveries",
          .summary = "what was told to whom, newest first; dead letters too",
          .examples = {{"mooring alert deliveries --state dead", "what nobody took"}},
          .flags = Join({{{.name = "sink", .value = "SINK", .summary = "to one sink only"},
                          {.name = "state",
                           .value = "STATE",
                           .summary = "only these",
                           .choices = {"waiting", "delivered", "dead"}},
                          {.name = "limit", .value = "N", .summary = "at most that many (100)"}},
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunDeliveries};
}

}  // namespace mooring::app::cli
