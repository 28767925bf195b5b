#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/monitor/report_flags.h"
#include "app/cli/monitor/report_source.h"
#include "app/cli/store/open.h"
#include "monitoring/report/json_report.h"
#include "monitoring/report/summary.h"

namespace mooring::app::cli {
namespace {

using monitoring::ReportInput;

// What the page says first, then every finding: a row each.
Listing SummaryListing(const ReportInput& input) {
  Listing listing("mooring.report/1", {{"level", "clear, hold, warn or alert"},
                                       {"kind", "of finding"},
                                       {"subject", "feature, slice, metric; empty: the model"},
                                       {"what", "in a sentence"},
                                       {"statistic", "that value is", false},
                                       {"value", "how big"},
                                       {"threshold", "the bound"},
                                       {"p_value", "corrected for looking at many"},
                                       {"sureness", "how sure"},
                                       {"cost", "what it may cost", false},
                                       {"help", "the command that helps"}});
  for (const monitoring::Finding& finding : monitoring::FindingsOf(input)) {
    listing.Add({Cell(std::string(monitoring::LevelName(finding.level)),
                      finding.level == monitoring::Level::kAlert ? Colour::kRed : Colour::kPlain),
                 finding.kind, finding.subject, finding.what, finding.statistic, finding.value,
                 finding.threshold, finding.p_value, finding.sureness, finding.cost, finding.help});
  }
  return listing;
}

std::vector<records::StoredVerdict> VerdictsOf(const ReportInput& input) {
  std::vector<records::StoredVerdict> verdicts;
  if (input.drift) verdicts.push_back(monitoring::ToStored(*input.drift));
  return verdicts;
}

Result<ExitCode> Show(Context& context, const Args& args, const ModelReport& report) {
  const monitoring::Summary summary = monitoring::Summarise(report.input);
  if (args.Text("output") == "json" && !args.Has("fields")) {
    context.PrintLine(monitoring::JsonReport(report.input.facts.model, report.input.facts.version,
                                             report.verdicts,
                                             monitoring::RunVerdict(report.input)));
  } else {
    RETURN_IF_ERROR(PrintReport(context, args, report.input, SummaryListing(report.input)));
  }
  context.Hint(summary.word + ": " + summary.sentence);
  if (!summary.how_sure.empty()) context.Hint("how sure: " + summary.how_sure);
  if (!summary.help.empty()) context.Hint("next: " + summary.help);
  return ExitOf(report.input);
}

// A page without its alerts is better than none.
void AddAlerts(Context& context, ReportInput& input) {
  auto alerts = OpenAlertsOf(context, input.facts.model);
  if (alerts.ok()) {
    input.alerts = std::move(alerts).value();
  } else {
    context.Warn("without open alerts: " + alerts.error().ToString());
  }
}

Result<ExitCode> RunReport(Context& context, const Args& args) {
  if (args.Has("reference") || args.Has("current")) {
    ModelReport report;
    ASSIGN_OR_RETURN(report.input, ReportOfFiles(context, args, "monitor report"));
    report.verdicts = VerdictsOf(report.input);
    return Show(context, args, report);
  }
  if (args.positionals() == 0) {
    return Error(Code::kInvalidArgument, "missing argument MODEL")
        .Help("or compare files: --reference train.csv --current today.csv");
  }
  RETURN_IF_ERROR(RefuseRuleFlags(args));
  ASSIGN_OR_RETURN(const auto version, args.Number("version", 1, ~VersionNumber{0}));
  ASSIGN_OR_RETURN(const auto windows, args.Number("windows", 1, 1000));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(
      ModelReport report,
      ReportOfModel(*store, {.model = args.positional(0),
                             .version = static_cast<VersionNumber>(version.value_or(0)),
                             .windows = windows.value_or(60)}));
  if (args.Has("html") || args.Text("output") == "html") AddAlerts(context, report.input);
  return Show(context, args, report);
}

}  // namespace

Command MonitorReportCommand() {
  return {.name = "monitor report",
          .summary = "the verdict in a sentence, its findings, and all behind it as one page",
          .text =
              "Inputs, score and quality of the newest windows of a version, or of two files.\n"
              "-o html prints the page, -o junit what CI shows, -o json everything.",
          .examples = {{"mooring monitor report flight-cover --html report.html",
                        "one file to look at and to send"},
                       {"mooring monitor report --reference train.csv --current today.csv -o junit",
                        "two files, in CI"}},
          .arguments = {{.name = "MODEL",
                         .summary = "model",
                         .required = false,
                         .completes = Completes::kModel}},
          .flags = Join({{{.name = "version",
                           .value = "N",
                           .summary = "of this version (default: the one judged last)"},
                          {.name = "windows",
                           .value = "K",
                           .summary = "how many windows over time (default 60)"}},
                         FileFlags(),
                         RuleFlags(),
                         StoreFlags(),
                         ReportOutputFlags()}),
          .run = RunReport};
}

}  // namespace mooring::app::cli
