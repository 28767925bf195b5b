#include "app/cli/commands.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

std::vector<Flag> Flags() {
  return {{.name = "server",
           .value = "URL",
           .summary = "the server to ask (default: this machine's own)",
           .setting = "server"}};
}

Result<Json> Limits(const Context& context, const std::string& model) {
  return ApiClient(context).Get("/api/v1/limits" +
                                (model.empty() ? "" : "?model=" + PathPart(model)));
}

Result<ExitCode> RunList(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const Json answer, Limits(context, args.Text("model")));
  Listing listing = LimitListing();
  AddRows(listing, answer, "limits");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (listing.rows.empty()) context.Hint("no contract that answers has limits");
  const auto frozen = answer.GetBool("frozen");
  if (frozen.ok() && *frozen) {
    context.Hint("windows stand still since the clock jumped: mooring limit thaw --reason TEXT");
  }
  return ExitCode::kDone;
}

Result<ExitCode> RunShow(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const Json answer, Limits(context, args.positional(0)));
  ASSIGN_OR_RETURN(const Json::Array* const limits, answer.GetArray("limits"));
  Listing listing = LimitListing();
  listing.schema = "mooring.limit/1";
  listing.record = true;
  for (const Json& limit : *limits) {
    ASSIGN_OR_RETURN(const std::string_view name, limit.GetString("limit"));
    if (name != args.positional(1)) continue;
    AddRow(listing, limit);
    RETURN_IF_ERROR(PrintListing(context, args, listing));
    return ExitCode::kDone;
  }
  return Error(Code::kNotFound,
               "model '" + args.positional(0) + "' has no limit '" + args.positional(1) + "'")
      .Help("mooring limit list --model " + args.positional(0));
}

}  // namespace

Command LimitListCommand() {
  return {.name = "limit list",
          .summary = "every limit that decisions are held to, and what is used of it",
          .examples = {{"mooring limit list --model flight-cover", "of one model"}},
          .flags = Join({{{.name = "model",
                           .value = "MODEL",
                           .summary = "of one model only",
                           .completes = Completes::kModel}},
                         Flags(),
                         OutputFlags()}),
          .run = RunList};
}

Command LimitShowCommand() {
  return {.name = "limit show",
          .summary = "one limit: its threshold in force, what is used, whether it is shut",
          .examples = {{"mooring limit show flight-cover daily-exposure", "all of it: -o json"}},
          .arguments = {{.name = "MODEL",
                         .summary = "name of the model",
                         .completes = Completes::kModel},
                        {.name = "LIMIT", .summary = "its name in the contract"}},
          .flags = Join({Flags(), OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
