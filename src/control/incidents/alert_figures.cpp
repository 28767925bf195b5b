#include "control/incidents/alert_figures.h"

#include <limits>
#include <map>
#include <utility>

namespace mooring::control {

using records::AlertState;
using records::Severity;

Result<AlertFigures> CountAlerts(records::IncidentTables& tables) {
  constexpr std::size_t kAll = std::numeric_limits<std::int64_t>::max();
  AlertFigures figures;
  ASSIGN_OR_RETURN(figures.cursor, tables.Cursor());
  ASSIGN_OR_RETURN(figures.waiting, tables.Count(records::DeliveryState::kWaiting));
  ASSIGN_OR_RETURN(figures.dead, tables.Count(records::DeliveryState::kDead));
  ASSIGN_OR_RETURN(const auto open, tables.Incidents({.open = true, .limit = kAll}));
  figures.open_incidents = open.size();
  ASSIGN_OR_RETURN(const auto alerts, tables.Alerts({.limit = kAll}));
  std::map<std::pair<std::string, Severity>, std::uint64_t> firing;
  for (const records::AlertRecord& alert : alerts) {
    if (alert.status.state == AlertState::kPending) ++figures.pending;
    if (alert.status.state == AlertState::kFiring) {
      ++firing[{alert.cause.model, alert.status.severity}];
    }
  }
  for (const auto& [of, count] : firing) figures.firing.push_back({of.first, of.second, count});
  return figures;
}

}  // namespace mooring::control
