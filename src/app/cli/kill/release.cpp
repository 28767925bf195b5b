#include "app/cli/commands.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/change.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

// A kill is a running server's: without --server, this machine's own.
Result<ExitCode> RunRelease(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::uint64_t id, IdOf(args, 0, "ID"));
  std::string body;
  JsonWriter json(body);
  RETURN_IF_ERROR(BodyOf(context, args, json));
  json.Member("kind", "kill_release").Member("kill", id).EndObject();
  ASSIGN_OR_RETURN(const Consent consent,
                   AskFor(context, args, "ask to go on after kill " + std::to_string(id)));
  if (consent == Consent::kDryRun) return ExitCode::kDone;
  if (consent == Consent::kDeclined) return ExitCode::kFindings;
  const ApiClient client(context);
  ASSIGN_OR_RETURN(const Json answer, client.Send("POST", "/api/v1/changes", body));
  RETURN_IF_ERROR(PrintChange(context, args, answer));
  ASSIGN_OR_RETURN(const Json* const change, answer.Get("change"));
  ASSIGN_OR_RETURN(const std::uint64_t asked, change->GetUint("id"));
  context.Hint("it stays stopped until somebody else agrees: mooring change approve " +
               std::to_string(asked) + " --server " + client.url());
  return ExitCode::kDone;
}

}  // namespace

Command KillReleaseCommand() {
  return {.name = "kill release",
          .summary = "ask that a kill ends; somebody else approves it",
          .text =
              "It stays stopped until somebody else agrees: mooring change approve, with "
              "--server.",
          .examples = {{"mooring kill release 3 --reason \"prices are mended\"", "ask"}},
          .arguments = {{.name = "ID", .summary = "number of the kill"}},
          .flags = Join({AskedFlags(),
                         {{.name = "expires-in",
                           .value = "TIME",
                           .summary = "how long somebody may approve it (24h)"},
                          {.name = "server",
                           .value = "URL",
                           .summary = "the server to ask (default: this machine's own)",
                           .setting = "server"}},
                         OutputFlags()}),
          .run = RunRelease};
}

}  // namespace mooring::app::cli
