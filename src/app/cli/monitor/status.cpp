#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/open.h"
#include "monitoring/window_report.h"

namespace mooring::app::cli {
namespace {

std::string Drifted(const monitoring::WindowReport& report) {
  std::string names;
  for (const monitoring::FeatureDrift& feature : report.features) {
    if (feature.drifted) names += (names.empty() ? "" : ",") + feature.feature;
  }
  return names;
}

Result<ExitCode> RunStatus(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(const auto models, store->Models());
  Listing listing("mooring.monitor/1", {{"model", "model"},
                                        {"version", "of the window"},
                                        {"verdict", "ok, drift or not_enough_data"},
                                        {"rows", "in the window"},
                                        {"end", "when the window closed"},
                                        {"drifted", "features"},
                                        {"reason", "why"}});
  bool drift = false;
  for (const records::ModelRecord& model : models) {
    ASSIGN_OR_RETURN(const auto verdicts,
                     store->Verdicts(model.name, {.limit = 1, .kind = "drift"}));
    if (verdicts.empty()) {
      listing.Add({model.name, Cell(), Cell(), Cell(), Cell(), Cell(), "no window closed yet"});
      continue;
    }
    ASSIGN_OR_RETURN(const auto report, monitoring::FromStored(verdicts.front()));
    const bool bad = report.verdict == monitoring::WindowVerdict::kDrift;
    drift = drift || bad;
    listing.Add({model.name, report.version,
                 Cell(std::string(monitoring::VerdictName(report.verdict)),
                      bad ? Colour::kRed : Colour::kGreen),
                 report.rows, report.end, Drifted(report), report.reason});
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return drift ? ExitCode::kFindings : ExitCode::kDone;
}

}  // namespace

Command MonitorStatusCommand() {
  return {.name = "monitor status",
          .summary = "the newest window of every model; exits with 1 when any drifts",
          .examples = {{"mooring monitor status", "all models at a glance"}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunStatus};
}

}  // namespace mooring::app::cli
