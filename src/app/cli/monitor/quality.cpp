#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/monitor/quality_listing.h"
#include "app/cli/monitor/report_flags.h"
#include "app/cli/monitor/report_source.h"
#include "app/cli/store/open.h"
#include "app/cli/tables/table_file.h"
#include "monitoring/quality/table_quality.h"

#include <charconv>

namespace mooring::app::cli {
namespace {

std::string QualityHint(const monitoring::QualityReport& report) {
  const std::string judged =
      report.verdict + (report.reason.empty() ? "" : " (" + report.reason + ")");
  if (report.model.empty()) {
    return std::to_string(report.labelled) + " of " + std::to_string(report.rows) +
           " rows have both values: " + judged;
  }
  return report.model + " version " + std::to_string(report.version) + ", " +
         std::to_string(report.labelled) + " of " + std::to_string(report.rows) +
         " outcomes, up to " + FormatTime(report.end) + ": " + judged;
}

Result<ExitCode> Show(Context& context, const Args& args, const monitoring::ReportInput& input) {
  ASSIGN_OR_RETURN(const Listing listing,
                   QualityListing(*input.quality, args.Text("show", "metrics")));
  RETURN_IF_ERROR(PrintReport(context, args, input, listing));
  context.Hint(QualityHint(*input.quality));
  return ExitOf(input);
}

Result<double> ThresholdOf(const Args& args) {
  const std::string text = args.Text("threshold", "0.5");
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && number >= 0 &&
      number <= 1) {
    return number;
  }
  return Error(Code::kInvalidArgument, "'" + text + "' is no value of --threshold")
      .Why("a score from 0 to 1; 0.5 unless said");
}

Result<ExitCode> MeasureFiles(Context& context, const Args& args) {
  if (!args.Has("current") || !args.Has("prediction") || !args.Has("outcome") ||
      args.positionals() != 0) {
    return Error(Code::kInvalidArgument,
                 "a file is measured by --current, --prediction and --outcome together")
        .Help("mooring monitor quality --current scored.csv --prediction score --outcome came");
  }
  monitoring::OutcomeColumns columns{args.Text("prediction"), args.Text("outcome")};
  ASSIGN_OR_RETURN(columns.threshold, ThresholdOf(args));
  ASSIGN_OR_RETURN(const data::Batch current,
                   ReadTableFile(context, args.Text("current"), std::nullopt));
  std::optional<data::Batch> reference;
  if (args.Has("reference")) {
    ASSIGN_OR_RETURN(reference, ReadTableFile(context, args.Text("reference"), std::nullopt));
  }
  monitoring::ReportInput input;
  ASSIGN_OR_RETURN(input.quality,
                   monitoring::QualityOfTable(current, columns, reference ? &*reference : nullptr));
  return Show(context, args, input);
}

Result<ExitCode> RunQuality(Context& context, const Args& args) {
  if (args.Has("current") || args.Has("reference")) return MeasureFiles(context, args);
  if (args.positionals() == 0) {
    return Error(Code::kInvalidArgument, "missing argument MODEL")
        .Help("or measure a file: --current scored.csv --prediction score --outcome came");
  }
  ASSIGN_OR_RETURN(const auto version, args.Number("version", 1, ~VersionNumber{0}));
  ASSIGN_OR_RETURN(const auto windows, args.Number("windows", 1, 1000));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(
      const ModelReport report,
      ReportOfModel(*store, {.model = args.positional(0),
                             .version = static_cast<VersionNumber>(version.value_or(0)),
                             .windows = windows.value_or(60),
                             .kind = monitoring::kQualityVerdict}));
  return Show(context, args, report.input);
}

}  // namespace

Command MonitorQualityCommand() {
  return {.name = "monitor quality",
          .summary = "how good decisions turned out, with intervals; exits with 1 when worse",
          .text =
              "The newest scored window of a version: a window is scored again whenever outcomes "
              "come.\nEstimates stand beside what is known and are named so.\nWith --current: a "
              "file that has "
              "both predictions and outcomes, beside --reference when it is given.",
          .examples = {{"mooring monitor quality flight-cover", "metrics of the newest window"},
                       {"mooring monitor quality flight-cover --show classes",
                        "precision and recall of every class"},
                       {"mooring monitor quality --current scored.csv --prediction score --outcome "
                        "came",
                        "of a file"}},
          .arguments = {{.name = "MODEL",
                         .summary = "model",
                         .required = false,
                         .completes = Completes::kModel}},
          .flags = Join({{{.name = "show",
                           .value = "PART",
                           .summary = "metrics, classes, confusion or slices",
                           .choices = {"metrics", "classes", "confusion", "slices"}},
                          {.name = "version",
                           .value = "N",
                           .summary = "of this version (default: the one scored last)"},
                          {.name = "windows",
                           .value = "K",
                           .summary = "how many windows over time on the page (default 60)"}},
                         FileFlags(),
                         {{.name = "prediction",
                           .value = "COLUMN",
                           .summary = "score, class or number that was said (files)"},
                          {.name = "outcome", .value = "COLUMN", .summary = "what came (files)"},
                          {.name = "threshold",
                           .value = "X",
                           .summary = "a score from here on says yes (files; default 0.5)"}},
                         StoreFlags(),
                         ReportOutputFlags()}),
          .run = RunQuality};
}

}  // namespace mooring::app::cli
