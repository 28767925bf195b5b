#include <fmt/format.h>

#include "app/cli/monitor/drift_ways.h"
#include "app/cli/monitor/report_source.h"
#include "app/cli/output/listing.h"
#include "control/training/boosted_trees.h"

namespace mooring::app::cli {
namespace {

using monitoring::DomainVerdict;

// A row a driver; what holds for all of them stands beside each for machines.
Listing DriversListing(const DomainVerdict& verdict) {
  Listing listing("mooring.domain/1", {{"feature", "that was tried, the strongest first"},
                                       {"auc_drop", "of the AUC when its values are shuffled"},
                                       {"importance", "its share of all splits' gains"},
                                       {"auc", "0.5: nothing tells the rows apart; 1: everything"},
                                       {"p_value", "of such an AUC by chance"},
                                       {"verdict", "ok or drift"},
                                       {"rows", "looked at", false},
                                       {"reference_rows", "looked at", false}});
  for (const monitoring::DomainDriver& driver : verdict.drivers) {
    listing.Add({driver.feature, driver.auc_drop, driver.importance, verdict.auc, verdict.p_value,
                 Cell(std::string(verdict.alert ? "drift" : "ok"),
                      verdict.alert ? Colour::kRed : Colour::kGreen),
                 std::uint64_t{verdict.window_rows}, std::uint64_t{verdict.reference_rows}});
  }
  return listing;
}

// Exit code 1 is "drift": no answer, for want of rows or of libxgboost, must not look like it.
Error NoAnswer(const Error& error) {
  if (error.code() != Code::kFailedPrecondition) return error;
  return Error(Code::kUnsupported, error.message()).Why(error.why()).Help(error.help());
}

}  // namespace

Result<ExitCode> RunClassifier(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const TwoTables tables,
                   ReadTwoTables(context, args, "monitor drift --classifier"));
  const monitoring::DomainOptions options;
  const auto trees = control::BoostedTrees(
      {.library_directory = FindLibraries(context.settings.Text("library_dir"))});
  const auto told = monitoring::TellApart(tables.reference, tables.current, trees, options);
  if (!told.ok()) return NoAnswer(told.error());
  const DomainVerdict& verdict = *told;
  RETURN_IF_ERROR(PrintListing(context, args, DriversListing(verdict)));
  context.Hint(fmt::format(
      "{} of {} reference rows and {} of {} current ones: {} (AUC {:.4f}, p = {:.2g}; drift is an "
      "AUC > {:g} with p < {:g})",
      verdict.reference_rows, tables.reference.rows(), verdict.window_rows, tables.current.rows(),
      verdict.alert ? "drift" : "ok", verdict.auc, verdict.p_value, options.alert_auc,
      options.alpha));
  return verdict.alert ? ExitCode::kFindings : ExitCode::kDone;
}

}  // namespace mooring::app::cli
