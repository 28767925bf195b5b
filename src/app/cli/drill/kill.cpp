#include <algorithm>

#include "app/cli/commands.h"
#include "app/cli/drill/kill_drill.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/change.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/limits.h"
#include "app/cli/tables/table_file.h"
#include "base/limits.h"

namespace mooring::app::cli {
namespace {

// The only model that is served, when there is one alone.
Result<std::string> ModelOf(const ApiClient& client, const Args& args) {
  if (args.Has("model")) return args.Text("model");
  ASSIGN_OR_RETURN(const Json answer, client.Get("/api/v1/models"));
  ASSIGN_OR_RETURN(const Json::Array* const models, answer.GetArray("models"));
  if (models->size() == 1) {
    ASSIGN_OR_RETURN(const std::string_view name, models->front().GetString("name"));
    return std::string(name);
  }
  return Error(Code::kInvalidArgument, "there are " + std::to_string(models->size()) + " models")
      .Help("say which one is stopped: --model MODEL");
}

Result<std::string> RowOf(Context& context, const Args& args) {
  if (!args.Has("input")) return std::string("{}");
  ASSIGN_OR_RETURN(const std::string text,
                   context.files->ReadFile(args.Text("input"), limits::kStringBytes * 16));
  ASSIGN_OR_RETURN(const Json row, Json::Parse(text, {.name = args.Text("input")}));
  if (row.IsObject()) return text;
  return Error(Code::kInvalidArgument, "the input is one row: {\"distance\": 2100, …}");
}

Listing DrillListing() {
  Listing listing("mooring.drill/1", {{"scope", "what was stopped"},
                                      {"result", "passed, failed or not_proven"},
                                      {"ms", "from the call to its answer"},
                                      {"goal_ms", "the bar"},
                                      {"server_ms", "as the server measured it"},
                                      {"answered_before", "own calls with a model's value before"},
                                      {"leaked_after", "own calls with one after the answer"},
                                      {"calls_after", "own calls after it"},
                                      {"kill", "its number"},
                                      {"release", "the change that waits for approval"},
                                      {"kept", "file in the server's drills/"}});
  listing.record = true;
  return listing;
}

Status Print(Context& context, const Args& args, const KillDrill& drill) {
  Listing listing = DrillListing();
  const bool passed = drill.result() == "passed";
  listing.Add({drill.scope,
               Cell(std::string(drill.result()), passed ? Colour::kGreen : Colour::kRed), drill.ms,
               KillDrill::kGoalMs, drill.server_ms, drill.answered_before, drill.leaked_after,
               drill.calls_after, drill.kill, drill.release == 0 ? Cell() : Cell(drill.release),
               drill.kept});
  return PrintListing(context, args, listing);
}

Result<ExitCode> RunDrill(Context& context, const Args& args) {
  const ApiClient client(context);
  KillDrill drill;
  ASSIGN_OR_RETURN(drill.model, ModelOf(client, args));
  ASSIGN_OR_RETURN(drill.row, RowOf(context, args));
  ASSIGN_OR_RETURN(drill.author, AuthorOf(context, args));
  drill.harmless = args.Has("harmless");
  const std::string question =
      drill.harmless ? "rehearse a kill of no row of " + drill.model
                     : "rehearse: really stop " + drill.model + " until somebody else releases it";
  ASSIGN_OR_RETURN(const Consent consent, AskFor(context, args, question));
  if (consent == Consent::kDryRun) return ExitCode::kDone;
  if (consent == Consent::kDeclined) return ExitCode::kFindings;
  RETURN_IF_ERROR(RunKillDrill(client, *context.clock, drill));
  RETURN_IF_ERROR(Print(context, args, drill));
  if (drill.release != 0) {
    context.Hint(std::string(drill.harmless ? "nothing is stopped by it; somebody else ends it"
                                            : "it is stopped; somebody else goes on") +
                 ": mooring change approve " + std::to_string(drill.release) + " --server " +
                 client.url());
  }
  return drill.result() == "passed" ? ExitCode::kDone : ExitCode::kFindings;
}

}  // namespace

Command DrillKillCommand() {
  return {
      .name = "drill kill",
      .summary = "rehearse the kill switch on a running server and keep what it took",
      .text =
          "Asks for decisions of its own first, and stops nothing unless the model answers them:\n"
          "a drill by somebody who may not predict, or with a row that the model does not take,\n"
          "ends there. Then it stops the model for real, measures the time from the call to its\n"
          "answer, and checks by more decisions that nothing of the model leaves afterwards. A\n"
          "request to go on is made; somebody else approves it. With --harmless a segment that\n"
          "no row is in is stopped: the same path, and decisions go on. Own decisions are\n"
          "decisions: they are in the journal and spend budgets. --dry-run asks for none. The\n"
          "result is kept in the server's data directory. Exits with 1 unless it passed.",
      .examples = {{"mooring drill kill --model flight-cover --input row.json", "the real one"},
                   {"mooring drill kill --model flight-cover --input row.json --harmless --yes",
                    "every night"}},
      .flags = Join({{{.name = "model",
                       .value = "MODEL",
                       .summary = "what is stopped (default: the only one)",
                       .completes = Completes::kModel},
                      {.name = "input",
                       .value = "FILE",
                       .summary = "one row as a JSON object, for own decisions",
                       .completes = Completes::kFile},
                      {.name = "harmless", .summary = "stop a segment that no row is in"},
                      {.name = "yes", .summary = "do not ask", .letter = 'y'},
                      {.name = "dry-run", .summary = "show what would change, change nothing"},
                      {.name = "server",
                       .value = "URL",
                       .summary = "the server (default: this machine's own)",
                       .setting = "server"}},
                     AuthorFlag(),
                     OutputFlags()}),
      .run = RunDrill};
}

}  // namespace mooring::app::cli
