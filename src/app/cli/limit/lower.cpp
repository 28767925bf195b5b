#include "app/cli/commands.h"
#include "app/cli/store/change.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

using control::LimitCall;

Result<ExitCode> RunLower(Context& context, const Args& args) {
  LimitCall call{
      .what = LimitCall::What::kLower, .model = args.positional(0), .limit = args.positional(1)};
  JsonWriter json(call.body);
  ASSIGN_OR_RETURN(call.author, BodyOf(context, args, json));
  json.Member("max", args.positional(2)).EndObject();
  return AskForChange(context, args,
                      "lower " + args.positional(0) + "/" + args.positional(1) + " to " +
                          args.positional(2) + " now",
                      std::move(call));
}

const Argument kModel{
    .name = "MODEL", .summary = "name of the model", .completes = Completes::kModel};
const Argument kLimit{.name = "LIMIT", .summary = "its name in the contract"};
const Argument kMax{.name = "MAX", .summary = "an exact decimal: 400000 or 0.25"};

}  // namespace

Command LimitLowerCommand() {
  return {.name = "limit lower",
          .summary = "make a limit smaller, at once",
          .text = "It takes one person and holds when it is answered. Raising it again takes two.",
          .examples = {{"mooring limit lower flight-cover daily-exposure 100000 --reason storm",
                        "less money from now on"}},
          .arguments = {kModel, kLimit, kMax},
          .flags = Join({AskedFlags(), StoreFlags(), OutputFlags()}),
          .run = RunLower};
}

}  // namespace mooring::app::cli
