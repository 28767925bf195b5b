#include "app/cli/commands.h"
#include "app/cli/monitor/report_flags.h"
#include "app/cli/profile/profile_file.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/server_registry.h"

namespace mooring::app::cli {
namespace {

Result<Time> MomentOf(const Args& args, std::string_view flag, Time usual) {
  return args.Has(flag) ? ParseTime(args.Text(flag)) : Result<Time>(usual);
}

Result<ExitCode> RunSend(Context& context, const Args& args) {
  if (!args.Has("from")) {
    return Error(Code::kInvalidArgument, "missing --from: when the first row was decided")
        .Help("--from 2026-01-31T00:00:00Z --to 2026-02-01T00:00:00Z");
  }
  const VersionName name = ParseVersionName(args.positional(0));
  ASSIGN_OR_RETURN(const Time from, MomentOf(args, "from", {}));
  ASSIGN_OR_RETURN(const Time to, MomentOf(args, "to", context.clock->Now()));
  // Read before it is sent: a damaged file is better told here.
  ASSIGN_OR_RETURN(const data::BatchProfile profile, ReadProfileFile(context, args.positional(1)));
  const std::string path = "/api/v1/models/" + PathPart(name.model) +
                           "/profiles?from=" + FormatTime(from) + "&to=" + FormatTime(to) +
                           "&version=" + PathPart(name.version);
  ASSIGN_OR_RETURN(const Json answer, ApiClient(context).Send("POST", path, profile.ToJson()));
  monitoring::ReportInput input;
  ASSIGN_OR_RETURN(input.drift, monitoring::FromStored(VerdictOfAnswer(answer)));
  input.facts.model = name.model;
  input.facts.version = input.drift->version;
  RETURN_IF_ERROR(PrintReport(context, args, input, DriftListing(*input.drift)));
  HintVerdict(context, input,
              name.model + " version " + std::to_string(input.drift->version) + ", " +
                  std::to_string(input.drift->rows) + " rows");
  HintFindings(context, *input.drift);
  return ExitOf(input);
}

}  // namespace

Command ProfileSendCommand() {
  return {
      .name = "profile send",
      .summary =
          "send a profile to a server as a window of a version; exits with 1 on drift or alert",
      .text =
          "For jobs that decide elsewhere: the profile is judged with the version's "
          "reference and kept\nas a verdict. Sent again for the same time, it replaces what "
          "was said before.",
      .examples = {{"mooring profile send flight-cover today.json --from 2026-01-31T00:00:00Z",
                    "up to now, for the champion"}},
      .arguments = {{.name = "MODEL[@VERSION]",
                     .summary = "that decided; its champion unless a version is named",
                     .completes = Completes::kModel},
                    {.name = "PROFILE",
                     .summary = "file, on the bins of its reference",
                     .completes = Completes::kFile}},
      .flags = Join(
          {{{.name = "from", .value = "TIME", .summary = "of the first row, RFC 3339"},
            {.name = "to", .value = "TIME", .summary = "after the last row (default: now)"},
            {.name = "server", .value = "URL", .summary = "where to send it", .setting = "server"}},
           ReportOutputFlags()}),
      .run = RunSend};
}

}  // namespace mooring::app::cli
