// IncidentStore: what is durably true of alerts, incidents, silences and notifications: one SQLite
// file, incidents.db, beside the registry's. Everything that follows from one verdict (states,
// incident, timeline, notifications, and how far the verdicts are read) is one transaction, so a
// kill at any moment loses nothing and does nothing twice.
//
// Thread safety: from any thread; calls wait for each other, other processes have stores of their
// own. Failure: what SQLite says; kUnavailable for a lock that another process holds. A Write whose
// work fails changes nothing.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "data/store/sqlite.h"
#include "records/incidents/incident_tables.h"

namespace mooring::records {

class IncidentStore {
 public:
  // `path` of the file, made when absent; ":memory:" for what nobody keeps.
  static Result<std::unique_ptr<IncidentStore>> Open(const std::string& path);

  using Work = std::function<Status(IncidentTables&)>;
  Status Read(const Work& work);   // on one snapshot
  Status Write(const Work& work);  // all or nothing

 private:
  explicit IncidentStore(data::Database db) : db_(std::move(db)) {}
  std::mutex mutex_;  // guards db_
  data::Database db_;
};

}  // namespace mooring::records
