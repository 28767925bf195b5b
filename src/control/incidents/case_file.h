// CaseFile: what an alert's turn does to incidents: opens one, joins the open one, opens the last
// one again, or ends it; every turn is a fact of its timeline. Alerts of one model and one kind of
// verdict share an incident.
//
// Used inside one transaction, by the thread that responds. Thread safety: none. Failure: what the
// store says.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "control/alerts/alert_rules.h"
#include "records/contract/contract.h"
#include "records/incidents/incident_tables.h"

namespace mooring::control {

// An incident that ended less than this ago is opened again instead of a new one: what flaps is one
// incident.
inline constexpr std::chrono::hours kReopenWithin{24};

// Whose a model is, as its contract says now.
using OwnerOf = std::function<Result<records::Owner>(std::string_view model)>;

// An alert of which no verdict has spoken for this long is over: its model has no windows any more.
inline constexpr std::chrono::hours kRetireAfter{7 * 24};

class CaseFile {
 public:
  CaseFile(records::IncidentTables& tables, Time now, const OwnerOf& owner_of)
      : tables_(tables), now_(now), owner_of_(owner_of) {}

  // The alert turned; it is saved with the incident that it belongs to now.
  Status Follow(Turn turn, records::AlertRecord& alert);
  // As Follow, when a version left service and the alert turned by that; the timeline says so.
  Status Leave(Turn turn, records::AlertRecord& alert, std::string text);
  // Ends what no verdict has spoken of for kRetireAfter.
  Status Retire();

 private:
  Result<records::IncidentRecord> Join(const records::AlertRecord& alert);
  Status Open(records::IncidentRecord& incident);
  Status Settle(std::uint64_t incident);
  Status Note(std::uint64_t incident, std::string_view what, std::string text);

  records::IncidentTables& tables_;
  const Time now_;
  const OwnerOf& owner_of_;
};

}  // namespace mooring::control
