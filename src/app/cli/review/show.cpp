#include "app/cli/commands.h"
#include "app/cli/store/reviews.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunShow(Context& context, const Args& args) {
  control::ReviewCall call;
  call.what = control::ReviewCall::What::kShow;
  ASSIGN_OR_RETURN(call.decision, DecisionOf(args, 0));
  ASSIGN_OR_RETURN(const Json answer, AskReviews(context, call));
  RETURN_IF_ERROR(PrintReview(context, args, answer));
  return ExitCode::kDone;
}

}  // namespace

Command ReviewShowCommand() {
  return {.name = "review show",
          .summary = "one decision that waits, or waited, for a person",
          .examples = {{"mooring review show d1-57-4021", "its inputs and the limits that it hit"}},
          .arguments = {{.name = "DECISION", .summary = "id of the decision"}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
