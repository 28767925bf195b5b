// LimitLedger's inside, shared by its sources: not for others.
//
// Thread safety: `mutex` guards all that follows it.
#pragma once

#include <mutex>
#include <vector>

#include "serving/stop_limits/budget_table.h"
#include "serving/stop_limits/limit_check.h"
#include "serving/stop_limits/limit_ledger.h"
#include "serving/stop_limits/limit_time.h"
#include "serving/stop_limits/open_decisions.h"
#include "serving/stop_limits/settled_decisions.h"

namespace mooring::serving {

struct LimitLedger::State {
  explicit State(const Options& options)
      : max_open(options.max_open),
        budgets(options.max_states),
        time(*options.clock, options.max_jump) {}

  const std::size_t max_open;
  std::mutex mutex;
  BudgetTable budgets;
  OpenDecisions open;
  SettledDecisions settled;
  LimitTime time;
  bool admitting = false;         // TryAdmit was called: time is the clock's
  std::size_t pending_opens = 0;  // admitted and not recorded
  // Of the call that is running; kept for their memory.
  std::vector<Budget*> taken;
  std::vector<LimitFinding> findings;

  // limit_ledger.cpp
  void Take(std::span<const LimitTerm> terms, std::int64_t now);
  void Check(std::span<const LimitTerm> terms, const LimitMoment& moment,
             const records::LimitNote& note);
  bool HasRoom(const LimitTerm& term, std::size_t created, std::size_t opened) const;
  bool TakenTwice(std::span<const LimitTerm> terms, std::size_t term) const;
  const Budget& LatchOf(const LimitTerm& term, const Budget* own);
  Ruling Rule(std::span<const LimitTerm> terms) const;
  void Spend(std::span<const LimitTerm> terms, const LimitMoment& moment, records::LimitNote& note);
  void Shut(std::span<const LimitTerm> terms, const LimitMoment& moment, records::LimitNote& note);

  // limit_fold.cpp; a snapshot is read by it too.
  void Settle(const records::LimitNote& note, std::size_t delta);
  void FoldOne(const records::LimitDelta& delta, const records::LimitNote& note,
               DecisionId decision);
};

}  // namespace mooring::serving
