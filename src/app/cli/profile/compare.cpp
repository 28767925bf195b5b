#include "app/cli/commands.h"
#include "app/cli/monitor/report_flags.h"
#include "app/cli/profile/profile_file.h"
#include "monitoring/drift_findings.h"
#include "monitoring/judge.h"
#include "monitoring/sent_profile.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunCompare(Context& context, const Args& args) {
  monitoring::ReportInput input;
  ASSIGN_OR_RETURN(input.rule, RuleOf(args));
  ASSIGN_OR_RETURN(const data::BatchProfile reference, ProfileNamed(context, args.positional(0)));
  ASSIGN_OR_RETURN(const data::BatchProfile current, ReadProfileFile(context, args.positional(1)));
  data::BatchProfile window(reference.bins());
  if (!window.Merge(current).ok()) {
    return Error(Code::kInvalidArgument, "the profiles have different bins")
        .Help("mooring profile make FILE --like " + args.positional(0));
  }
  input.drift.emplace();
  ASSIGN_OR_RETURN(input.drift->rows, monitoring::RowsOf(window));
  input.drift->reference = "file";
  monitoring::Judge(reference, window, input.rule, *input.drift);
  ASSIGN_OR_RETURN(const std::uint64_t before, monitoring::RowsOf(reference));
  monitoring::RequireReference(before, input.rule, *input.drift);
  monitoring::AddMissingInputs(reference, window, *input.drift);
  RETURN_IF_ERROR(PrintReport(context, args, input, DriftListing(*input.drift)));
  HintVerdict(context, input, std::to_string(input.drift->rows) + " rows");
  HintFindings(context, *input.drift);
  return ExitOf(input);
}

}  // namespace

Command ProfileCompareCommand() {
  return {.name = "profile compare",
          .summary = "drift of one profile from another; exits with 1 on drift or alert",
          .examples = {{"mooring profile compare reference.json today.json", "two files"},
                       {"mooring profile compare flight-cover today.json --html drift.html",
                        "against the champion's reference, as a page"}},
          .arguments = {{.name = "REFERENCE",
                         .summary = "file, or MODEL[@VERSION]",
                         .completes = Completes::kFile},
                        {.name = "CURRENT",
                         .summary = "file, on the same bins",
                         .completes = Completes::kFile}},
          .flags = Join({RuleFlags(), StoreFlags(), ReportOutputFlags()}),
          .run = RunCompare};
}

}  // namespace mooring::app::cli
