#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/cli/monitor/drift_ways.h"
#include "app/cli/monitor/exact_source.h"
#include "app/cli/monitor/report_flags.h"
#include "app/cli/monitor/report_source.h"
#include "monitoring/drift_findings.h"
#include "monitoring/exact/exact_window.h"

namespace mooring::app::cli {
namespace {

using monitoring::ExactColumn;
using monitoring::ExactReport;
using monitoring::FeatureDrift;
using monitoring::WindowReport;

Listing ExactListing(const ExactReport& exact, const WindowReport& report) {
  Listing listing("mooring.exact/1",
                  {{"feature", "input, or score"},
                   {"verdict", "ok or drift, by the policy; or not_enough_data"},
                   {"ks", "Kolmogorov-Smirnov D"},
                   {"ks_p", "its p-value, two-sided"},
                   {"wasserstein", "in the column's unit"},
                   {"wasserstein_scaled", "in standard deviations of the reference"},
                   {"psi", "population stability index"},
                   {"psi_adjusted", "without what chance alone adds"},
                   {"js", "Jensen-Shannon distance, natural logarithm"},
                   {"chi2", "of the two samples' groups", false},
                   {"chi2_p", "its p-value"},
                   {"chi2_dof", "its degrees of freedom", false},
                   {"q_value", "p (KS of numbers, chi2 of categories) corrected for all features"},
                   {"psi_rule", "the plain rule: psi above the bound"},
                   {"p_rule", "the plain rule: p below the level"},
                   {"l_infinity", "greatest difference of a category's shares", false},
                   {"unseen", "share of rows with a new category", false},
                   {"missing", "share of rows", false},
                   {"reference_missing", "share of rows", false},
                   {"rows", "with a value", false},
                   {"reference_rows", "with a value", false}});
  for (const FeatureDrift& feature : report.features) {
    const ExactColumn& column = *exact.Find(feature.feature);
    const bool tested = !std::isnan(column.chi_squared.p_value);
    listing.Add({feature.feature,
                 VerdictCell(report, feature),
                 column.ks.statistic,
                 column.ks.p_value,
                 column.wasserstein,
                 column.wasserstein_scaled,
                 column.psi,
                 column.psi_adjusted,
                 column.js,
                 column.chi_squared.statistic,
                 column.chi_squared.p_value,
                 tested ? Cell(std::uint64_t{column.chi_squared.dof}) : Cell(),
                 feature.q_value,
                 Cell(feature.psi_drifted ? "drift" : "ok"),
                 Cell(feature.p_drifted ? "drift" : "ok"),
                 column.l_infinity,
                 column.unseen_share,
                 feature.missing_share,
                 feature.reference_missing_share,
                 feature.rows,
                 feature.reference_rows});
  }
  AddColumnRows(report, listing);
  return listing;
}

void HintNames(Context& context, std::string_view what, const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  if (!list.empty()) context.Hint(fmt::format("not compared, {}: {}", what, list));
}

std::string RuleText(const records::MonitorRule& rule) {
  switch (rule.policy) {
    case records::DriftPolicy::kCorrected:
      return fmt::format(
          "corrected: q <= {:g}, and PSI without chance > {:g} (or > {:g} and moved by more than "
          "{:g} deviations)",
          rule.p_value, rule.psi, rule.psi / 2, 2 * rule.psi);
    case records::DriftPolicy::kPsi: return fmt::format("psi: PSI > {:g}", rule.psi);
    case records::DriftPolicy::kPValue: break;
  }
  return fmt::format("p_value: p < {:g}", rule.p_value);
}

// Which rule decided, and what the plain ones say of the same figures.
void HintRule(Context& context, const WindowReport& report, const records::MonitorRule& rule) {
  const auto percent = [](double share) { return fmt::format("{:.0f} %", 100 * share); };
  context.Hint(fmt::format("decided by the rule {}, in more than {} of the features, or the score",
                           RuleText(rule), percent(rule.share)));
  context.Hint(fmt::format(
      "drifted by it: {} of the features; by plain psi {}, by plain p_value {}",
      percent(report.drifted_share), percent(report.psi_share), percent(report.p_share)));
}

Result<ExitCode> Show(Context& context, const Args& args, const ExactReport& exact,
                      const monitoring::ReportInput& input) {
  // The whole report, with what each side looks like, where a machine reads.
  if (args.Text("output") == "json" && !args.Has("fields") && !args.Has("html")) {
    context.PrintLine(WithMembers(monitoring::ExactReportJson(exact), VerdictMembers(input)));
  } else {
    RETURN_IF_ERROR(PrintReport(context, args, input, ExactListing(exact, *input.drift)));
  }
  for (const ExactColumn& column : exact.columns) {
    if (!column.skipped.empty()) HintNames(context, column.skipped, {column.name});
  }
  HintNames(context, "only in the reference", exact.only_in_reference);
  HintNames(context, "only in the current rows", exact.only_in_current);
  HintVerdict(context, input, WindowName(*input.drift));
  HintFindings(context, *input.drift);
  if (input.drift->verdict != monitoring::WindowVerdict::kNotEnoughData) {
    HintRule(context, *input.drift, input.rule);
  }
  return ExitOf(input);
}

Result<ExitCode> RunFiles(Context& context, const Args& args,
                          const std::shared_ptr<monitoring::DuckDbPool>& pool) {
  RETURN_IF_ERROR(CheckTwoFiles(args, "monitor drift --exact"));
  monitoring::ReportInput input;
  ASSIGN_OR_RETURN(input.rule, RuleOf(args));
  ASSIGN_OR_RETURN(const TwoSides sides,
                   SidesOfFiles(context, args.Text("reference"), args.Text("current"), pool));
  const ExactSide& reference = sides.reference;
  const ExactSide& current = sides.current;
  ASSIGN_OR_RETURN(const ExactReport exact,
                   monitoring::CompareExactly(*reference.columns, *current.columns));
  input.drift = monitoring::ExactWindow(exact, input.rule);
  AddColumnFindings(exact.only_in_reference, exact.only_in_current, *input.drift);
  RETURN_IF_ERROR(AddDuplicates(*reference.columns, *current.columns, *input.drift));
  input.drift->reference = "file";
  return Show(context, args, exact, input);
}

Result<ExitCode> RunJournal(Context& context, const Args& args,
                            const std::shared_ptr<monitoring::DuckDbPool>& pool) {
  RETURN_IF_ERROR(RefuseRuleFlags(args));
  if (args.Has("current") || !args.Has("reference")) {
    return Error(Code::kInvalidArgument, args.Has("current")
                                             ? "a model's rows come from the journal, not a file"
                                             : "missing --reference: the training data's file")
        .Why("the registry keeps a profile of the training data, not its rows")
        .Help("mooring monitor drift " + args.positional(0) + " --exact --reference train.csv");
  }
  ASSIGN_OR_RETURN(const JournalWindow window, WindowOfJournal(context, args));
  ASSIGN_OR_RETURN(const ExactSide reference,
                   SideOfFile(context, args.Text("reference"), pool, &window.side.rows->schema()));
  ASSIGN_OR_RETURN(ExactReport exact,
                   monitoring::CompareExactly(*reference.columns, *window.side.columns));
  const auto& pseudonyms = window.contract.privacy.pseudonymise;
  std::erase_if(exact.columns, [&](const ExactColumn& column) {
    return std::ranges::find(pseudonyms, column.name) != pseudonyms.end();
  });
  HintNames(context, "pseudonyms in the journal", pseudonyms);
  monitoring::ReportInput input;
  input.rule = window.contract.monitor;
  input.facts.model = window.contract.model;
  input.facts.version = window.version;
  input.drift = monitoring::ExactWindow(exact, input.rule);
  RETURN_IF_ERROR(AddDuplicates(*reference.columns, *window.side.columns, *input.drift));
  input.drift->model = window.contract.model;
  input.drift->version = window.version;
  input.drift->start = window.start;
  input.drift->end = window.end;
  return Show(context, args, exact, input);
}

}  // namespace

Result<ExitCode> RunExact(Context& context, const Args& args) {
  const auto pool =
      std::make_shared<monitoring::DuckDbPool>(FindLibraries(context.settings.Text("library_dir")));
  return args.positionals() == 0 ? RunFiles(context, args, pool) : RunJournal(context, args, pool);
}

}  // namespace mooring::app::cli
