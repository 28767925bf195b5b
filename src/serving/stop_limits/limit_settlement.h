// LimitSettlement: what befalls the budgets of decisions after they were made. A caller who did not
// act on a decision gives its spending back, once; an outcome frees what its decision held open,
// and its result counts in the limits on drawdown (realised_result.h).
//
//   settlement.Release(id, "shop", "the customer left", [](Result<Released> released) { … });
//
// Both are records of the journal of their own, applied to the ledger after they are appended, so
// that a restart finds the same budgets. A release goes back into the bucket it came from; a rate
// is not given back: the request did come.
//
// A result counts once for each decision, with its first outcome: a correction changes nothing. It
// is in one record with what it frees, and the ledger keeps of which decisions it was counted. A
// record whose commit fails is written again before the next one; until then a restart has what was
// before it, and the outcome, which was not acknowledged either, brings it again.
//
// A decision can be released for a day (limits::kReleaseHorizon). Which were, is remembered for
// longer than that, and found again at a start from the newest part of the journal (it is a
// visitor); decisions older than that part are not released any more. Over limits::kRemembered
// releases in that time, further ones are refused until the oldest are forgotten. Whether an
// outcome was told is asked of who remembers outcomes (has_outcome): it is not remembered twice.
//
// Memory: at most 43 bytes a release.
//
// Thread safety: any thread; one lock, not held while a waiter waits.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "records/journal/journal.h"
#include "records/journal/reader.h"
#include "records/journal/recent_map.h"
#include "serving/stop_limits/limit_ledger.h"
#include "serving/stop_limits/realised_result.h"

namespace mooring::serving {

struct Released {
  DecisionId decision;
  std::size_t budgets = 0;  // how many got something back
};

struct OpenDecision {
  std::string model;   // "": the journal has it no more
  bool holds = false;  // something open
};

class LimitSettlement final : public records::JournalVisitor {
 public:
  struct Options {
    records::Journal* journal = nullptr;  // required
    LimitLedger* ledger = nullptr;        // required
    const Clock* clock = nullptr;         // required
    std::uint32_t oldest_segment = 0;     // where the recollection began
    LimitsOf limits_of;                   // empty: no limits on drawdown are served
    // Whether an outcome of this decision is known or being recorded; an error refuses a release.
    // Empty: none ever is, but for what the ledger of budgets knows.
    std::function<Result<bool>(DecisionId, const records::Binding&)> has_outcome;
    // Whether any limit on drawdown is served: without one, only decisions that hold something are
    // read. Empty: as if there were.
    std::function<bool()> realises;
  };
  explicit LimitSettlement(const Options& options) : options_(options) {}

  using Done = std::function<void(Result<Released>)>;
  // `done` is told once it is durable, or at once why not: kNotFound (no such decision, or another
  // caller's), kConflict (released before), kFailedPrecondition (it spent nothing, its outcome is
  // known, or it is too old), kResourceExhausted (too many were released).
  void Release(DecisionId decision, std::string_view caller, std::string_view reason, Done done);

  // Call before these outcomes are appended to the journal: frees what their decisions hold, and
  // counts their results. The lock is held for a few hundred outcomes at a time, and not while the
  // journal is read.
  void OnOutcomesComing(std::span<const records::Outcome> outcomes);

  // Of a decision that may be written off; kNotFound when it never was, or is gone and holds
  // nothing.
  Result<OpenDecision> Find(DecisionId decision) const;
  // Of decisions that stayed open beyond their limit's horizon, on the word of people.
  Status WriteOff(DecisionId decision, std::string_view author, std::string_view reason);

  // Whether the caller gave it back: it must not be answered again.
  bool WasReleased(DecisionId decision);

  void OnBudget(const records::BudgetChange& change) override;
  bool WantsRows() const override { return false; }

 private:
  bool IsReleased(DecisionId decision) const;
  Result<records::BudgetChange> ReleaseOf(DecisionId decision, std::string_view caller,
                                          std::string_view reason);
  // Changes that the ledger holds and whose commit failed: written again with the next.
  struct Failed {
    std::mutex mutex;
    std::vector<records::BudgetChange> changes;
  };
  class Watching;

  Status Append(const records::BudgetChange& change, records::CommitWaiter* waiter);
  Status Write(const records::BudgetChange& change);
  void WriteAgain();
  std::vector<records::Outcome> Concerned(std::span<const records::Outcome> outcomes) const;
  void Settle(std::span<const records::Outcome> outcomes, std::span<const RealisedResult> results);

  const Options options_;
  std::mutex mutex_;
  // Longer than a decision can be released, and than a request id is known: nothing released comes
  // back. No generation gets full while at most kRemembered are in it, so none is forgotten early.
  records::RecentMap<char> released_{limits::kReleaseHorizon + std::chrono::hours(8),
                                     4 * limits::kRemembered};
  const std::shared_ptr<Failed> failed_ = std::make_shared<Failed>();
};

}  // namespace mooring::serving
