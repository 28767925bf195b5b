// Announce: what sinks are to be told, as the difference between what they were told and what is.
// It only writes notifications down; the Courier carries them.
//
// A silence puts telling off and changes nothing else: an alert that outlives its silence is told
// when that ends, and one that fires and ends inside of it is never told.
//
// Used inside one transaction. Thread safety: none. Failure: what the store says.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "records/incidents/incident_tables.h"

namespace mooring::control {

// Whom a sink is for.
struct Audience {
  std::string sink;
  records::Severity severity = records::Severity::kWarning;  // the least that it is told
  std::vector<std::string> models = {};                      // patterns; empty: all
  bool Wants(const records::AlertRecord& alert) const;
};

// Alerts that are told differently from what they are and that no silence covers now.
Result<std::vector<records::AlertRecord>> ToAnnounce(records::IncidentTables& tables, Time now);

// One notification an incident and sink, for all of these alerts.
Status Announce(records::IncidentTables& tables, std::span<const Audience> audiences, Time now);

}  // namespace mooring::control
