// LimitOffice: everything of a server that is about changing limits: the book of changes, the desk
// that people ask, what is in force for decisions, the rehearsals that are kept, and the thread
// that follows what other processes changed.
//
//   ASSIGN_OR_RETURN(auto office, LimitOffice::Open(options));
//   …                                    // journal, models, alerts
//   RETURN_IF_ERROR(office->Start());    // before the first request
//   office->Stop();
//
// Thread safety: any thread once started. Ownership: all that Options names outlives it. Failure:
// a book that cannot be read, or has nothing of what the control log knows of, stops the start:
// nobody knows what was lowered.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "app/controls_in_force.h"
#include "app/drill_records.h"
#include "app/limit_freeze.h"
#include "app/outcome_times.h"
#include "base/threads/named_thread.h"
#include "control/limits/limit_desk.h"
#include "records/incidents/incident_store.h"
#include "records/journal/journal.h"
#include "records/registry/registry.h"
#include "serving/kill_switch.h"
#include "serving/stop_limits/limit_settlement.h"

namespace mooring::app {

// The alerts that fire now: what a limit on quality looks at.
Result<Standings> FiringAlerts(records::IncidentStore& store);

class LimitOffice {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    Log* log = nullptr;
    std::string book_file, drills_directory;
    std::string frozen_file;        // limit_freeze.h; or ""
    std::string control_directory;  // of the control log, which knows of a book taken away; or ""
    records::Registry* registry = nullptr;
    serving::KillSwitch* kills = nullptr;
    serving::LimitLedger* ledger = nullptr;
    records::AuditSink* audit = nullptr;  // null: changes are not told
    // What is there once the server is further; asked when it is needed.
    std::function<records::Journal*()> journal;
    std::function<serving::LimitSettlement*()> settlement;
    std::function<std::shared_ptr<const serving::Snapshot>()> snapshot;
    std::function<records::IncidentStore*()> incidents;  // may give null
  };
  static Result<std::unique_ptr<LimitOffice>> Open(Options options);

  Status Start();
  void Stop();

  // Outcomes as they come, and those of the newest part of the journal at a start.
  void NoteOutcomes(std::span<const records::Outcome> outcomes) { outcomes_.Note(outcomes); }
  std::shared_ptr<const serving::LimitControls> Controls() { return controls_->Current(); }
  // limit_thaw.h
  Status Thaw(const std::string& author, const std::string& reason);
  control::LimitDesk& desk() { return *desk_; }
  DrillRecords& drills() { return drills_; }

 private:
  LimitOffice(Options options, std::unique_ptr<records::LimitBook> book);
  void MakeControls();
  void MakeDesk();
  void ApplyHeld(records::LimitsInForce& in_force);

  const Options options_;
  const std::unique_ptr<records::LimitBook> book_;
  control::HeldLowers held_;
  Nanos tried_{0};  // to write what is held; on the thread that refreshes
  OutcomeTimes outcomes_;
  DrillRecords drills_;
  LimitFreeze freeze_;
  std::unique_ptr<ControlsInForce> controls_;
  std::unique_ptr<control::LimitDesk> desk_;
  NamedThread thread_;
};

}  // namespace mooring::app
