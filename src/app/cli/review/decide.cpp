#include <charconv>

#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/reviews.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

Result<double> ValueOf(const std::string& text) {
  double value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec == std::errc() && end == text.data() + text.size()) return value;
  return Error(Code::kInvalidArgument, "--value is a number, not '" + text + "'");
}

Result<ExitCode> RunDecide(Context& context, const Args& args) {
  control::ReviewCall call;
  call.what = control::ReviewCall::What::kDecide;
  ASSIGN_OR_RETURN(call.decision, DecisionOf(args, 0));
  if (args.Has("value") == args.Has("deny")) {
    return Error(Code::kInvalidArgument, "a review ends with one of --value and --deny");
  }
  ASSIGN_OR_RETURN(call.author, AuthorOf(context, args));
  JsonWriter json(call.body);
  json.BeginObject().Member("author", call.author);
  if (args.Has("note")) json.Member("note", args.Text("note"));
  if (args.Has("take-over")) json.Member("take_over", true);
  if (args.Has("deny")) {
    json.Member("deny", true);
  } else {
    ASSIGN_OR_RETURN(const double value, ValueOf(args.Text("value")));
    json.Member("value", value);
  }
  json.EndObject();
  ASSIGN_OR_RETURN(const Json answer, AskReviews(context, call));
  RETURN_IF_ERROR(PrintReview(context, args, answer));
  return ExitCode::kDone;
}

}  // namespace

Command ReviewDecideCommand() {
  return {.name = "review decide",
          .summary = "give a decision its value, or deny it",
          .text = "Who asked gets it by polling, or by repeating the request with the same id.",
          .examples = {{"mooring review decide d1-57-4021 --value 40.50 --note \"known customer\"",
                        "an amount in the contract's currency, else a score"},
                       {"mooring review decide d1-57-4021 --deny", "no"}},
          .arguments = {{.name = "DECISION", .summary = "id of the decision"}},
          .flags = Join({{{.name = "value", .value = "N", .summary = "what is given"},
                          {.name = "deny", .summary = "nothing is given"},
                          {.name = "take-over", .summary = "decide what another person has taken"},
                          {.name = "note", .value = "TEXT", .summary = "why"}},
                         AuthorFlag(),
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunDecide};
}

}  // namespace mooring::app::cli
