// Safeguards: what stands between models and the world in a running server, put together: the kill
// switch and the thread that looks for the file KILL and the signal, the budgets of stop-limits
// and what befalls them after a decision. server.cpp owns one.
//
// Order: Open before anything can be answered; Recover once the journal is open; Stop before the
// network goes.
// Thread safety: as its parts; Open, Recover and Stop from one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "app/server.h"
#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/log.h"
#include "base/threads/background_work.h"
#include "base/threads/named_thread.h"
#include "records/audit/audit_sink.h"
#include "records/journal/journal.h"
#include "serving/kill_switch.h"
#include "serving/loaded_models.h"
#include "serving/stop_limits/limit_ledger.h"
#include "serving/stop_limits/limit_recovery.h"
#include "serving/stop_limits/limit_settlement.h"
#include "serving/stop_limits/review_spending.h"
#include "serving/stop_limits/stop_limits.h"

namespace mooring::app {

class Safeguards {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    Log* log = nullptr;
    const DataPaths* paths = nullptr;
    records::AuditSink* audit = nullptr;
    // As LimitSettlement's.
    std::function<Result<bool>(DecisionId, const records::Binding&)> has_outcome = {};
    // What serves now, for results of decisions; may give null. Empty: nothing ever serves.
    std::function<std::shared_ptr<const serving::Snapshot>()> snapshot = {};
  };
  explicit Safeguards(const Options& options);

  // What was stopped stays so.
  void Open();
  // What limits have spent: the journal says it, from the newest snapshot on. Releases are known
  // from `recent` on.
  Status Recover(records::Journal& journal, const records::JournalPosition& recent);
  // Trailing medians of collars, as they were before the restart; once versions are loaded.
  Status RefillMedians(records::Journal& journal);
  void Stop();

  // For the kill switch's own calls; what it does not take is done at once.
  bool Take(std::function<void()> work) { return urgent_.Take(std::move(work)); }

  serving::KillSwitch& kills() { return kills_; }
  serving::StopLimits& limits() { return limits_; }
  serving::LimitSettlement& settlement() { return *settlement_; }
  // From Recover on.
  serving::ReviewSpending& reviews() { return *reviews_; }
  const serving::LimitLedger& budgets() const { return budgets_; }

 private:
  void Tell(std::string_view what, const records::Kill& kill, const serving::Orderer& by);
  Status AcceptLoss(const serving::LimitRecord& record, records::JournalPosition end);

  const Options options_;
  serving::KillSwitch kills_;
  serving::LimitLedger budgets_;
  serving::StopLimits limits_{budgets_};
  std::optional<serving::LimitSettlement> settlement_;
  std::optional<serving::ReviewSpending> reviews_;
  BackgroundWork notes_;  // entries of the control log about kills
  BackgroundWork urgent_;
  NamedThread poll_;
};

}  // namespace mooring::app
