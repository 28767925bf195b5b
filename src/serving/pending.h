// Pending: one request on its way through decide.cpp, from admit to answer. Reused for later
// requests, so that the path does not allocate once warm.
//
// Ownership: the flow's pool owns it; while it waits for the journal or for the scoring pool, those
// hold a pointer and give it back by Committed or Scored, exactly once each.
// Thread safety: one thread at a time; handed over through the journal's and the pool's locks. The
// only overlap is the end of Append with Committed, which `halves` settles.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "records/journal/journal.h"
#include "serving/decision.h"
#include "serving/row_judge.h"
#include "serving/scoring_pool.h"
#include "serving/validation.h"

namespace mooring::serving {

struct Pending;

// Where a request that waited goes on; decide.cpp.
class PendingOwner {
 public:
  virtual ~PendingOwner() = default;
  virtual void GoOnScored(Pending& pending, Status status) = 0;
  virtual void GoOnCommitted(Pending& pending) = 0;
};

struct Pending final : records::CommitWaiter, ScoringJob {
  void Committed(const Status& status) noexcept override {
    if (!status.ok()) committed = status;
    Arrive();
  }
  void Scored(Status status) noexcept override { owner->GoOnScored(*this, std::move(status)); }

  // The journal may tell us before Append has returned our ids: the later of the two goes on.
  void Arrive() {
    if (halves.fetch_sub(1, std::memory_order_acq_rel) == 1) owner->GoOnCommitted(*this);
  }

  std::shared_ptr<PendingOwner> owner;  // set while the request is in flight
  DecisionRequest request;
  std::function<void(DecisionAnswer)> done;
  bool settled = false;                 // answered already, by an earlier decision
  bool entered = false;                 // Admission::Leave is due
  bool holds_id = false;                // a claim on the request id is to be settled
  bool recorded = false;                // `first` is an id of the journal
  Validated found;
  data::Batch scratch;                  // the model's inputs where they differ from the contract's
  data::Batch outputs;                  // raw
  std::vector<records::RowDecision> decisions;
  JudgedTrace judged;
  std::uint64_t kill_epoch = 0;         // before the rows were judged
  std::uint32_t latency_us = 0;         // admit to record
  DecisionId first;
  Status committed;
  std::atomic<int> halves{2};
};

}  // namespace mooring::serving
