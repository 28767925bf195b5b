#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/reviews.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunList(Context& context, const Args& args) {
  control::ReviewCall call;
  call.model = args.Text("model");
  call.state = args.Text("state");
  ASSIGN_OR_RETURN(const auto limit, args.Number("limit", 1, 1000));
  call.limit = limit.value_or(100);
  ASSIGN_OR_RETURN(const Json answer, AskReviews(context, call));
  Listing listing = ReviewListing();
  AddRows(listing, answer, "reviews");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (listing.rows.empty() && call.state.empty()) context.Hint("no decision waits for a person");
  return ExitCode::kDone;
}

}  // namespace

Command ReviewListCommand() {
  return {.name = "review list",
          .summary = "decisions that wait for a person, the most urgent first",
          .examples = {{"mooring review list", "what waits, or is taken"},
                       {"mooring review list --state expired", "what nobody decided in time"}},
          .flags = Join({{{.name = "model",
                           .value = "MODEL",
                           .summary = "of one model only",
                           .completes = Completes::kModel},
                          {.name = "state",
                           .value = "STATE",
                           .summary = "only those (default: what has not ended)",
                           .choices = {"waiting", "taken", "decided", "expired"}},
                          {.name = "limit", .value = "N", .summary = "at most that many (100)"}},
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunList};
}

}  // namespace mooring::app::cli
