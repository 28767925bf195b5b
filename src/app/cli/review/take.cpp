#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/reviews.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunTake(Context& context, const Args& args) {
  control::ReviewCall call;
  call.what = control::ReviewCall::What::kTake;
  ASSIGN_OR_RETURN(call.decision, DecisionOf(args, 0));
  ASSIGN_OR_RETURN(call.author, AuthorOf(context, args));
  JsonWriter json(call.body);
  json.BeginObject().Member("author", call.author).EndObject();
  ASSIGN_OR_RETURN(const Json answer, AskReviews(context, call));
  RETURN_IF_ERROR(PrintReview(context, args, answer));
  context.Hint("next: mooring review decide " + call.decision.ToString() +
               " --value N (or --deny) --note TEXT");
  return ExitCode::kDone;
}

}  // namespace

Command ReviewTakeCommand() {
  return {.name = "review take",
          .summary = "say that you look at a decision",
          .examples = {{"mooring review take d1-57-4021", "so that no other does"}},
          .arguments = {{.name = "DECISION", .summary = "id of the decision"}},
          .flags = Join({AuthorFlag(), StoreFlags(), OutputFlags()}),
          .run = RunTake};
}

}  // namespace mooring::app::cli
