// IncidentTables: the rows of incidents.db, read and written inside a transaction that
// IncidentStore began. The only place that knows the order of columns.
//
//   store->Write([&](IncidentTables& tables) -> Status {
//     ASSIGN_OR_RETURN(auto alerts, tables.AlertsOf("flight-cover", "drift"));
//     …
//     return tables.SetCursor(sequence);
//   });
//
// Thread safety: that of the transaction; it ends with it. Failure: what SQLite says; kNotFound
// where one row is asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/incidents/incident.h"

namespace mooring::records {

struct AlertFilter {
  std::string_view model = {};  // empty: of every model
  bool active = true;           // only pending and firing
  std::size_t limit = 1000;
};

struct IncidentFilter {
  std::string_view model = {};
  bool open = false;  // only those that are not resolved
  std::size_t limit = 100;
};

struct NotificationFilter {
  std::string_view sink = {};
  std::optional<DeliveryState> state;
  std::size_t limit = 100;
};

class IncidentTables {
 public:
  explicit IncidentTables(data::Database& db) : db_(db) {}

  // Sequence of the last verdict that alerts have taken in.
  Result<std::uint64_t> Cursor();
  Status SetCursor(std::uint64_t sequence);

  // Whatever their state, by kind and subject.
  Result<std::vector<AlertRecord>> AlertsOf(std::string_view model, std::string_view verdict_kind);
  // Firing first, the worst first.
  Result<std::vector<AlertRecord>> Alerts(const AlertFilter& filter);
  // Where what was told is not what is: the next notifications, unless they are silenced.
  Result<std::vector<AlertRecord>> Untold();
  Result<AlertRecord> Alert(std::uint64_t id);
  // Inserts (and gives the id) or replaces; one that is inactive and never fired is removed.
  Status Save(AlertRecord& alert);

  // Newest first.
  Result<std::vector<IncidentRecord>> Incidents(const IncidentFilter& filter);
  Result<IncidentRecord> Incident(std::uint64_t id);
  Result<std::optional<IncidentRecord>> Newest(std::string_view model,
                                               std::string_view verdict_kind);
  Result<std::vector<AlertRecord>> AlertsOfIncident(std::uint64_t incident);
  Status Save(IncidentRecord& incident);
  Status Add(const IncidentFact& fact);
  // Oldest first.
  Result<std::vector<IncidentFact>> Facts(std::uint64_t incident);

  // Those that have not ended at that time; oldest first.
  Result<std::vector<Silence>> Silences(Time now);
  Result<Silence> SilenceOf(std::uint64_t id);
  Status Save(Silence& silence);

  // Gives the id and the key.
  Status Enqueue(Notification& notification);
  // The oldest waiting one of a sink: those behind it wait for it, so that what is over is never
  // told before what began.
  Result<std::optional<Notification>> Head(std::string_view sink);
  Result<std::vector<Notification>> Notifications(const NotificationFilter& filter);
  Result<std::uint64_t> Count(DeliveryState state);
  Status Update(const Notification& notification);

  // Forgets what ended before that time: notifications, silences, resolved alerts and incidents.
  Status Prune(Time before);

 private:
  data::Database& db_;
};

}  // namespace mooring::records
