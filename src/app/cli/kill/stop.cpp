#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/change.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

struct Scope {
  std::string_view name;
  std::string model = {}, segment = {}, caller = {};
  std::uint64_t version = 0;
};

std::string WordsOf(const Scope& scope) {
  if (scope.name == "all") return "everything";
  if (scope.name == "caller") return "what is said to caller " + scope.caller;
  if (scope.name == "segment") return "rows of " + scope.model + " where " + scope.segment;
  return scope.model + (scope.version == 0 ? "" : "/" + std::to_string(scope.version));
}

// A server that does not answer can still be stopped by hand. One that did, and could not write the
// order down, says by itself what is to be done.
Error Unreachable(const Error& error) {
  const bool is_stopped = error.message().starts_with("it is stopped");
  if (error.code() != Code::kUnavailable || is_stopped) return error;
  return Error(Code::kUnavailable, error.message())
      .Why(error.why())
      .Help("on its machine: touch DATA_DIR/KILL stops everything, without network or database");
}

Result<ExitCode> Stop(Context& context, const Args& args, const Scope& scope) {
  ASSIGN_OR_RETURN(const Consent consent, AskFor(context, args, "stop " + WordsOf(scope)));
  if (consent == Consent::kDryRun) return ExitCode::kDone;
  if (consent == Consent::kDeclined) return ExitCode::kFindings;
  ASSIGN_OR_RETURN(const std::string author, AuthorOf(context, args));
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("scope", scope.name);
  if (!scope.model.empty()) json.Member("model", scope.model);
  if (!scope.segment.empty()) json.Member("segment", scope.segment);
  if (!scope.caller.empty()) json.Member("caller", scope.caller);
  if (scope.version != 0) json.Member("version", scope.version);
  json.Member("author", author).Member("reason", args.Text("reason")).EndObject();
  const auto answer = ApiClient(context).Send("POST", "/api/v1/kills", body);
  if (!answer.ok()) return Unreachable(answer.error());
  ASSIGN_OR_RETURN(const Json* const kill, answer->Get("kill"));
  Listing listing = KillListing();
  listing.schema = "mooring.kill/1";
  listing.record = true;
  AddRow(listing, *kill);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (const auto warning = answer->GetString("warning"); warning.ok()) {
    context.Warn(std::string(*warning) + "; it is stopped all the same, should it come");
  }
  context.Hint("nothing of it leaves any more; go on: mooring kill release " +
               MachineText(listing.rows[0][0]) + " --reason TEXT" + ServerFlag(context));
  return ExitCode::kDone;
}

Result<ExitCode> RunAll(Context& context, const Args& args) {
  return Stop(context, args, {.name = "all"});
}
Result<ExitCode> RunModel(Context& context, const Args& args) {
  return Stop(context, args, {.name = "model", .model = args.positional(0)});
}
Result<ExitCode> RunVersion(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::uint64_t version,
                   ParseNumber(args.positional(1), 1, ~VersionNumber{0}, "VERSION"));
  return Stop(context, args, {.name = "version", .model = args.positional(0), .version = version});
}
Result<ExitCode> RunSegment(Context& context, const Args& args) {
  return Stop(context, args,
              {.name = "segment", .model = args.positional(0), .segment = args.positional(1)});
}
Result<ExitCode> RunCaller(Context& context, const Args& args) {
  return Stop(context, args, {.name = "caller", .caller = args.positional(0)});
}

std::vector<Flag> Flags() {
  return Join({AskedFlags(),
               {{.name = "server",
                 .value = "URL",
                 .summary = "the server that is stopped (default: this machine's own)",
                 .setting = "server"}},
               OutputFlags()});
}

constexpr std::string_view kText =
    "Once it is answered, no answer with a value of a model that this covers leaves the\nserver, "
    "and a restart does not forget it. It takes one person. Going on takes two:\nmooring kill "
    "release.";
const Argument kModel{
    .name = "MODEL", .summary = "name of the model", .completes = Completes::kModel};

}  // namespace

Command KillAllCommand() {
  return {.name = "kill all",
          .summary = "stop everything that models say, at once",
          .text = kText,
          .examples = {{"mooring kill all --yes --reason \"prices are wrong\"", "without asking"}},
          .flags = Flags(),
          .run = RunAll};
}
Command KillModelCommand() {
  return {.name = "kill model",
          .summary = "stop all versions of one model",
          .text = kText,
          .examples = {{"mooring kill model flight-cover --reason \"wrong prices\"", "asks first"}},
          .arguments = {kModel},
          .flags = Flags(),
          .run = RunModel};
}
Command KillVersionCommand() {
  return {.name = "kill version",
          .summary = "stop one version of a model",
          .text = kText,
          .examples = {{"mooring kill version flight-cover 4 --yes", "the others go on"}},
          .arguments = {kModel, {.name = "VERSION", .summary = "its number"}},
          .flags = Flags(),
          .run = RunVersion};
}
Command KillSegmentCommand() {
  return {
      .name = "kill segment",
      .summary = "stop a model for the rows of a condition",
      .text = kText,
      .examples = {{"mooring kill segment flight-cover \"origin == 'SVO'\"", "one airport"}},
      .arguments = {kModel, {.name = "CONDITION", .summary = "over the inputs of the contract"}},
      .flags = Flags(),
      .run = RunSegment};
}
Command KillCallerCommand() {
  return {.name = "kill caller",
          .summary = "stop what is said to one caller",
          .text = kText,
          .examples = {{"mooring kill caller shop", "others are answered"}},
          .arguments = {{.name = "CALLER", .summary = "name of the caller"}},
          .flags = Flags(),
          .run = RunCaller};
}

}  // namespace mooring::app::cli
