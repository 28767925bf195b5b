// AlertFigures: how many alerts fire and how much waits to be told, for /metrics. A snapshot that
// the responder takes now and then, so that nobody who only looks touches the database.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "records/incidents/incident_tables.h"

namespace mooring::control {

struct AlertFigures {
  struct Firing {
    std::string model;
    records::Severity severity = records::Severity::kNone;
    std::uint64_t alerts = 0;
  };
  std::vector<Firing> firing;  // by model and severity
  std::uint64_t pending = 0, open_incidents = 0;
  std::uint64_t waiting = 0, dead = 0;  // notifications
  std::uint64_t cursor = 0;             // sequence of the last verdict taken in
};

// Of the courier, since the start.
struct DeliveryFigures {
  std::uint64_t delivered = 0, failed_attempts = 0, dead = 0;
};

Result<AlertFigures> CountAlerts(records::IncidentTables& tables);

}  // namespace mooring::control
