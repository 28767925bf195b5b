#include <span>

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

Result<Json> Limits(const Context& context, const std::string& model, std::string_view more = "") {
  std::string query = model.empty() ? "" : "?model=" + PathPart(model);
  if (!more.empty()) query += (query.empty() ? "?" : "&") + std::string(more);
  return ApiClient(context).Get("/api/v1/limits" + query);
}

std::string TextOf(const Json& json, std::string_view key) {
  const auto text = json.GetString(key);
  return text.ok() ? std::string(*text) : "";
}

// The keys of a limit that the server told; none where it has no keys.
std::span<const Json> KeysOf(const Json& limit) {
  const Json* const keys = limit.Find("keys");
  const auto first = keys == nullptr || !keys->IsObject() ? Result<const Json::Array*>(nullptr)
                                                          : keys->GetArray("first");
  if (!first.ok() || *first == nullptr) return {};
  return **first;
}

// Which keys are shut, the first of them by name.
void HintAtKeys(Context& context, const Json& answer) {
  const auto limits = answer.GetArray("limits");
  if (!limits.ok()) return;
  for (const Json& limit : **limits) {
    const Json* const keys = limit.Find("keys");
    const auto shut = keys == nullptr || !keys->IsObject() ? Result<std::uint64_t>(std::uint64_t{0})
                                                           : keys->GetUint("latched");
    if (!shut.ok() || *shut == 0) continue;
    std::string names;
    for (const Json& key : KeysOf(limit)) {
      const std::string since = TextOf(key, "latched");
      if (!since.empty()) names += " " + TextOf(key, "key") + " since " + since + ";";
    }
    context.Hint(TextOf(limit, "model") + "/" + TextOf(limit, "limit") + ": " +
                 std::to_string(*shut) + " keys are shut:" + names +
                 " more: mooring limit list --keys" + ServerFlag(context));
  }
}

Result<ExitCode> RunKeys(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const Json answer, Limits(context, args.Text("model"), "keys=1000"));
  ASSIGN_OR_RETURN(const Json::Array* const limits, answer.GetArray("limits"));
  Listing listing = LimitKeyListing();
  for (const Json& limit : *limits) {
    for (const Json& key : KeysOf(limit)) {
      AddRow(listing, key);
      listing.rows.back()[0] = Cell(TextOf(limit, "model"));
      listing.rows.back()[1] = Cell(TextOf(limit, "limit"));
    }
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (listing.rows.empty()) context.Hint("no limit has a key in use, or you may not read the log");
  return ExitCode::kDone;
}

Result<ExitCode> RunList(Context& context, const Args& args) {
  if (args.Has("keys")) return RunKeys(context, args);
  ASSIGN_OR_RETURN(const Json answer, Limits(context, args.Text("model")));
  Listing listing = LimitListing();
  AddRows(listing, answer, "limits");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (listing.rows.empty()) context.Hint("no contract that answers has limits");
  HintAtKeys(context, answer);
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
      .Help("mooring limit list --model " + args.positional(0) + ServerFlag(context));
}

}  // namespace

Command LimitListCommand() {
  return {
      .name = "limit list",
      .summary = "every limit that decisions are held to, and what is used of it",
      .text =
          "Of a limit with keys ('per', or each caller) it says how many have a budget and how\n"
          "many are shut. --keys tells which, up to 1000 a limit, the shut ones first and then\n"
          "those nearest to their max, by a hash: the decisions at the time that one was shut\n"
          "are in the log (mooring log query).",
      .examples = {{"mooring limit list --model flight-cover", "of one model"},
                   {"mooring limit list --keys", "which passengers or callers are shut"}},
      .flags = Join({{{.name = "model",
                       .value = "MODEL",
                       .summary = "of one model only",
                       .completes = Completes::kModel},
                      {.name = "keys", .summary = "the keys of limits that have some"}},
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
