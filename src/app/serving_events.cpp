#include "app/serving_events.h"

namespace mooring::app {
namespace {

constexpr std::size_t kShownHash = 12;

}  // namespace

void ServingEvents::Look(const serving::Snapshot& snapshot) {
  for (const auto& [name, model] : snapshot.models) LookAt(model, models_[name]);
}

void ServingEvents::LookAt(const serving::ServedModel& model, Seen& seen) {
  const std::string problem = model.problem.has_value() ? model.problem->message : "";
  if (problem != seen.problem && !problem.empty()) {
    log_.Error("version does not load", {{"model", model.name},
                                         {"version", model.problem->version},
                                         {"why", problem}});
  }
  seen.problem = problem;
  if (model.champion == nullptr) return;
  const serving::ServedVersion& champion = *model.champion;
  const std::string contract = champion.contract->hash;
  const std::string shown = contract.substr(0, kShownHash);
  if (seen.champion == 0) {
    log_.Info("version loaded",
              {{"model", model.name}, {"version", champion.number}, {"contract", shown}});
  } else if (champion.number != seen.champion) {
    // A rollback is a change to the version before; the history has its reason.
    log_.Info("champion changed", {{"model", model.name},
                                   {"from", seen.champion},
                                   {"to", champion.number},
                                   {"revision", model.revision}});
  }
  if (!seen.contract.empty() && contract != seen.contract) {
    log_.Info("contract changed", {{"model", model.name},
                                   {"from", seen.contract.substr(0, kShownHash)},
                                   {"to", shown}});
  }
  seen.champion = champion.number;
  seen.contract = contract;
}

void ServingEvents::Look(std::span<const monitoring::WindowReport> windows) {
  for (const monitoring::WindowReport& window : windows) {
    Time& seen = windows_[{window.model, window.version}];
    if (window.end <= seen) continue;
    seen = window.end;
    if (window.verdict != monitoring::WindowVerdict::kDrift) continue;
    log_.Info("window drifted", {{"model", window.model},
                                 {"version", window.version},
                                 {"rows", window.rows},
                                 {"why", window.reason}});
  }
}

}  // namespace mooring::app
