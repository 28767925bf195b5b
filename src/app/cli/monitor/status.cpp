#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/monitor/report_source.h"
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

// Of a model: how many alerts are open, and how grave the worst is ("" without one).
struct Open {
  std::uint64_t alerts = 0;
  std::string worst;
};

// The verdicts without their alerts are better than nothing.
Open OpenOf(Context& context, const std::string& model) {
  const auto alerts = OpenAlertsOf(context, model);
  if (!alerts.ok()) {
    context.Warn("without open alerts: " + alerts.error().ToString());
    return {};
  }
  Open open{.alerts = alerts->size(), .worst = {}};
  monitoring::Level worst = monitoring::Level::kClear;
  for (const monitoring::OpenAlert& alert : *alerts) worst = std::max(worst, alert.level);
  if (open.alerts != 0) open.worst = monitoring::LevelName(worst);
  return open;
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
                                        {"reason", "why"},
                                        {"alerts", "open ones"},
                                        {"worst", "of them: warn or alert"}});
  bool found = false;
  for (const records::ModelRecord& model : models) {
    const Open open = OpenOf(context, model.name);
    const bool alarming = open.worst == monitoring::LevelName(monitoring::Level::kAlert);
    const Cell worst(open.worst, alarming ? Colour::kRed : Colour::kYellow);
    found = found || alarming;
    ASSIGN_OR_RETURN(const auto verdicts,
                     store->Verdicts(model.name, {.limit = 1, .kind = "drift"}));
    if (verdicts.empty()) {
      listing.Add({model.name, Cell(), Cell(), Cell(), Cell(), Cell(), "no window closed yet",
                   open.alerts, worst});
      continue;
    }
    ASSIGN_OR_RETURN(const auto report, monitoring::FromStored(verdicts.front()));
    const bool bad = report.verdict == monitoring::WindowVerdict::kDrift;
    found = found || bad;
    listing.Add({model.name, report.version,
                 Cell(std::string(monitoring::VerdictName(report.verdict)),
                      bad ? Colour::kRed : Colour::kGreen),
                 report.rows, report.end, Drifted(report), report.reason, open.alerts, worst});
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return found ? ExitCode::kFindings : ExitCode::kDone;
}

}  // namespace

Command MonitorStatusCommand() {
  return {.name = "monitor status",
          .summary = "the newest window of every model; exits with 1 on drift or an open alert",
          .examples = {{"mooring monitor status", "all models at a glance"}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunStatus};
}

}  // namespace mooring::app::cli
