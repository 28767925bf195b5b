#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/monitor/drift_ways.h"
#include "app/cli/monitor/report_flags.h"
#include "app/cli/monitor/report_source.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> Show(Context& context, const Args& args, const monitoring::ReportInput& input) {
  RETURN_IF_ERROR(PrintReport(context, args, input, DriftListing(*input.drift)));
  HintVerdict(context, input, WindowName(*input.drift));
  HintFindings(context, *input.drift);
  return ExitOf(input);
}

// The newest closed window, of one version if asked; those before it are for the page.
Result<ExitCode> ShowNewest(Context& context, const Args& args) {
  RETURN_IF_ERROR(RefuseRuleFlags(args));
  ASSIGN_OR_RETURN(const auto wanted, args.Number("version", 1, ~VersionNumber{0}));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  const bool page = args.Has("html") || args.Text("output") == "html";
  ASSIGN_OR_RETURN(const ModelReport report,
                   ReportOfModel(*store, {.model = args.positional(0),
                                          .version = static_cast<VersionNumber>(wanted.value_or(0)),
                                          .windows = page ? 60U : 1U,
                                          .kind = monitoring::kDriftVerdict}));
  return Show(context, args, report.input);
}

Result<ExitCode> RunWatch(Context& context, const Args& args) {
  if (args.Has("reference") || args.Has("current")) {
    ASSIGN_OR_RETURN(const auto input, ReportOfFiles(context, args, "monitor drift"));
    return Show(context, args, input);
  }
  if (args.positionals() == 0) {
    return Error(Code::kInvalidArgument, "missing argument MODEL")
        .Help("or compare files: --reference train.csv --current today.csv");
  }
  return ShowNewest(context, args);
}

Result<ExitCode> RunDrift(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const DriftWay way, WayOf(args));
  switch (way) {
    case DriftWay::kWatch: break;
    case DriftWay::kExact: return RunExact(context, args);
    case DriftWay::kClassifier: return RunClassifier(context, args);
    case DriftWay::kSlices: return RunSlices(context, args);
    case DriftWay::kEvidently: return RunEvidently(context, args);
    case DriftWay::kNannyML: return RunNannyML(context, args);
  }
  return RunWatch(context, args);
}

}  // namespace

Command MonitorDriftCommand() {
  return {
      .name = "monitor drift",
      .summary = "how far inputs and score are from the reference; exits with 1 on drift or alert",
      .text =
          "With a model: the newest window that was closed, against the version's training data."
          "\nWith --reference and --current: two files, without a server."
          "\n\nThe watch judges by counters. --exact takes every row, by SciPy's definitions: of "
          "two "
          "files, or\nof a model's window out of the journal against the training data's file. "
          "--classifier asks\nwhether boosted trees can tell the rows of two files apart, which "
          "finds "
          "what no single column\nshows. --like gives the numbers and the verdict of a tool that "
          "you "
          "come from.\n\n--slices counts all decisions in the lake anew, slice by slice: by the "
          "columns "
          "that the contract\nnames, or by any other (--by), of any span of time.",
      .examples = {{"mooring monitor drift flight-cover", "the newest window"},
                   {"mooring monitor drift --reference train.csv --current today.csv",
                    "two files, in CI"},
                   {"mooring monitor drift --reference a.csv --current b.csv --html drift.html",
                    "one page to look at and to send"},
                   {"mooring monitor drift flight-cover --exact --reference train.parquet",
                    "the newest window again, from its rows"},
                   {"mooring monitor drift flight-cover --slices --by origin",
                    "where it is: every origin apart"},
                   {"mooring monitor drift --reference a.csv --current b.csv --classifier",
                    "everything together"},
                   {"mooring monitor drift --reference a.csv --current b.csv --like evidently",
                    "as its preset says it"}},
      .arguments = {{.name = "MODEL",
                     .summary = "model",
                     .required = false,
                     .completes = Completes::kModel}},
      .flags = Join({{{.name = "version", .value = "N", .summary = "of one version only"}},
                     FileFlags(),
                     WayFlags(),
                     RuleFlags(),
                     {{.name = "library-dir",
                       .value = "DIR",
                       .summary = "where DuckDB and XGBoost are",
                       .setting = "library_dir",
                       .completes = Completes::kDirectory}},
                     StoreFlags(),
                     ReportOutputFlags()}),
      .run = RunDrift};
}

}  // namespace mooring::app::cli
