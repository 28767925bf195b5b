#include "app/cli/commands.h"
#include "app/cli/profile/profile_file.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunExport(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const data::BatchProfile profile,
                   ReferenceProfile(context, ParseVersionName(args.positional(0))));
  RETURN_IF_ERROR(WriteProfile(context, args, profile));
  return ExitCode::kDone;
}

}  // namespace

Command ProfileExportCommand() {
  return {.name = "profile export",
          .summary = "the reference profile of a version, as JSON",
          .text =
              "Its bins are what windows are counted on: give it to jobs that count their own "
              "rows.",
          .examples = {{"mooring profile export flight-cover -o reference.json", "the champion's"},
                       {"mooring profile export flight-cover@3 -o reference.json", "version 3's"}},
          .arguments = {{.name = "MODEL[@VERSION]",
                         .summary = "model; its champion unless a version or alias is named",
                         .completes = Completes::kModel}},
          .flags = Join({{OutFlag()}, StoreFlags()}),
          .run = RunExport};
}

}  // namespace mooring::app::cli
