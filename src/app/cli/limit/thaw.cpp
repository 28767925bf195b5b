#include "app/cli/commands.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/change.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunThaw(Context& context, const Args& args) {
  std::string body;
  JsonWriter json(body);
  RETURN_IF_ERROR(BodyOf(context, args, json));
  json.EndObject();
  ASSIGN_OR_RETURN(const Consent consent,
                   AskFor(context, args, "let the windows of limits go on by the clock as it is"));
  if (consent == Consent::kDryRun) return ExitCode::kDone;
  if (consent == Consent::kDeclined) return ExitCode::kFindings;
  RETURN_IF_ERROR(ApiClient(context).Send("POST", "/api/v1/limits/thaw", body));
  context.Hint("windows go on; what limits have spent: mooring limit list");
  return ExitCode::kDone;
}

}  // namespace

Command LimitThawCommand() {
  return {.name = "limit thaw",
          .summary = "let the windows of limits go on after the clock jumped",
          .text =
              "Windows stand still when the clock jumps ahead, so that a jump opens no budget. "
              "Look that\nthe clock is right first: what has passed by it has passed, and a "
              "day's budget may\nbegin anew.",
          .examples = {{"mooring limit thaw --reason \"time server was wrong, now right\"",
                        "asks first"}},
          .flags = Join({AskedFlags(),
                         {{.name = "server",
                           .value = "URL",
                           .summary = "the server whose limits (default: this machine's own)",
                           .setting = "server"}},
                         OutputFlags()}),
          .run = RunThaw};
}

}  // namespace mooring::app::cli
