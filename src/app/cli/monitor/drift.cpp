#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/open.h"
#include "app/cli/tables/table_file.h"
#include "monitoring/offline.h"
#include "monitoring/window_report.h"

#include <charconv>

namespace mooring::app::cli {
namespace {

using monitoring::WindowReport;
using monitoring::WindowVerdict;

Listing FeaturesListing(const WindowReport& report) {
  Listing listing("mooring.drift/1", {{"feature", "input, or score"},
                                      {"verdict", "ok or drift"},
                                      {"psi", "population stability index"},
                                      {"psi_adjusted", "without what chance alone adds"},
                                      {"js", "Jensen-Shannon distance, natural logarithm"},
                                      {"ks", "Kolmogorov-Smirnov D"},
                                      {"wasserstein", "in standard deviations of the reference"},
                                      {"missing", "share of rows"},
                                      {"unseen", "share of rows with a new category"},
                                      {"out_of_range", "share of rows beyond the reference"},
                                      {"rows", "with a value", false}});
  for (const monitoring::FeatureDrift& feature : report.features) {
    listing.Add({feature.feature,
                 Cell(std::string(feature.drifted ? "drift" : "ok"),
                      feature.drifted ? Colour::kRed : Colour::kGreen),
                 feature.psi, feature.psi_adjusted, feature.js, feature.ks, feature.wasserstein,
                 feature.missing_share, feature.unseen_share, feature.out_of_range_share,
                 feature.rows});
  }
  return listing;
}

ExitCode Finish(Context& context, const WindowReport& report, const std::string& window) {
  context.Hint(window + ": " + std::string(monitoring::VerdictName(report.verdict)) +
               (report.reason.empty() ? "" : " (" + report.reason + ")"));
  return report.verdict == WindowVerdict::kDrift ? ExitCode::kFindings : ExitCode::kDone;
}

Result<double> Threshold(const Args& args) {
  const std::string text = args.Text("psi", "0.2");
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && number > 0) {
    return number;
  }
  return Error(Code::kInvalidArgument, "'" + text + "' is no value of --psi")
      .Why("a number above 0; 0.2 is customary");
}

// Files without a column in common would show "ok" for nothing at all.
Status CheckShared(const data::Batch& reference, const data::Batch& current) {
  for (const data::Field& field : reference.schema().fields()) {
    if (current.Find(field.name) != nullptr) return Ok();
  }
  return Error(Code::kInvalidArgument, "the files have no column in common")
      .Why("columns are matched by name, exactly as the first line of a CSV spells them");
}

Result<ExitCode> CompareFiles(Context& context, const Args& args) {
  if (!args.Has("reference") || !args.Has("current") || args.positionals() != 0) {
    return Error(Code::kInvalidArgument, "files are compared by --reference and --current together")
        .Help("mooring monitor drift --reference train.csv --current today.csv");
  }
  records::MonitorRule rule;
  ASSIGN_OR_RETURN(rule.psi, Threshold(args));
  ASSIGN_OR_RETURN(const data::Batch reference,
                   ReadTableFile(context, args.Text("reference"), std::nullopt));
  ASSIGN_OR_RETURN(const data::Batch current,
                   ReadTableFile(context, args.Text("current"), std::nullopt));
  RETURN_IF_ERROR(CheckShared(reference, current));
  ASSIGN_OR_RETURN(const WindowReport report, monitoring::CompareTables(reference, current, rule));
  RETURN_IF_ERROR(PrintListing(context, args, FeaturesListing(report)));
  return Finish(context, report, std::to_string(report.rows) + " rows");
}

// The newest closed window, of one version if asked.
Result<ExitCode> ShowNewest(Context& context, const Args& args) {
  const std::string& model = args.positional(0);
  ASSIGN_OR_RETURN(const auto wanted, args.Number("version", 1, ~VersionNumber{0}));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(const records::ModelRecord record, store->Model(model));
  const VersionNumber number = static_cast<VersionNumber>(wanted.value_or(0));
  if (wanted) {
    // A version that does not exist is no version without windows.
    const auto version = store->Version(record.name, number);
    if (!version.ok()) return version.error();
  }
  ASSIGN_OR_RETURN(const auto verdicts,
                   store->Verdicts(record.name, {.limit = 1, .kind = "drift", .version = number}));
  for (const records::StoredVerdict& verdict : verdicts) {
    ASSIGN_OR_RETURN(const WindowReport report, monitoring::FromStored(verdict));
    RETURN_IF_ERROR(PrintListing(context, args, FeaturesListing(report)));
    return Finish(context, report,
                  model + " version " + std::to_string(report.version) + ", " +
                      std::to_string(report.rows) + " rows up to " + FormatTime(report.end));
  }
  const std::string of = wanted ? " version " + std::to_string(*wanted) : "";
  return Error(Code::kNotFound, "no window of '" + model + "'" + of + " has been closed yet")
      .Why(
          "a window closes after as many rows or as much time as the contract's monitor.window "
          "says: 1000 rows or 1h unless said")
      .Help("mooring monitor status");
}

Result<ExitCode> RunDrift(Context& context, const Args& args) {
  if (args.Has("reference") || args.Has("current")) return CompareFiles(context, args);
  if (args.positionals() == 0) {
    return Error(Code::kInvalidArgument, "missing argument MODEL")
        .Help("or compare files: --reference train.csv --current today.csv");
  }
  return ShowNewest(context, args);
}

}  // namespace

Command MonitorDriftCommand() {
  return {
      .name = "monitor drift",
      .summary = "how far inputs and score are from the reference; exits with 1 on drift",
      .text =
          "With a model: the newest window that was closed, against the version's training data."
          "\nWith --reference and --current: two files, without a server.",
      .examples = {{"mooring monitor drift flight-cover", "the newest window"},
                   {"mooring monitor drift --reference train.csv --current today.csv",
                    "two files, in CI"}},
      .arguments = {{.name = "MODEL",
                     .summary = "model",
                     .required = false,
                     .completes = Completes::kModel}},
      .flags = Join({{{.name = "version", .value = "N", .summary = "of one version only"},
                      {.name = "reference",
                       .value = "FILE",
                       .summary = "CSV or Parquet",
                       .completes = Completes::kFile},
                      {.name = "current",
                       .value = "FILE",
                       .summary = "CSV or Parquet",
                       .completes = Completes::kFile},
                      {.name = "psi",
                       .value = "X",
                       .summary = "drift is a PSI above this (files; default 0.2)"}},
                     StoreFlags(),
                     OutputFlags()}),
      .run = RunDrift};
}

}  // namespace mooring::app::cli
