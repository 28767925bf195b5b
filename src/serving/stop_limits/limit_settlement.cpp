#include "serving/stop_limits/limit_settlement.h"

#include <memory>
#include <utility>

#include "base/limits.h"
#include "serving/stop_limits/limit_recovery.h"

namespace mooring::serving {
namespace {

using records::BudgetChange;
using records::LimitDelta;
using records::LimitOp;

constexpr std::size_t kDecisionsPerRecord = 256;

// What a decision did to budgets, and who asked for it.
struct SpentReader final : records::JournalVisitor {
  explicit SpentReader(DecisionId decision) : wanted(decision) {}
  void OnDecisions(const records::ReadDecisions& block) override {
    const std::uint32_t row = wanted.ordinal - block.first.ordinal;
    if (wanted.segment != block.first.segment || row >= block.rows.size()) return;
    found = true;
    caller = block.caller;
    at = block.at;
    if (block.limits == nullptr) return;
    note_at = block.limits->at;
    for (const LimitDelta& delta : block.limits->deltas) {
      if (delta.row == row) deltas.push_back(delta);
    }
  }
  bool WantsRows() const override { return false; }

  const DecisionId wanted;
  bool found = false;
  std::string caller;
  Time at;
  std::int64_t note_at = 0;
  std::vector<LimitDelta> deltas;
};

// The other way round; nothing for what stays.
bool Reverse(LimitDelta& delta) {
  delta.row = 0;
  switch (delta.op) {
    case LimitOp::kSpend: delta.op = LimitOp::kReturn; return true;
    case LimitOp::kMark: delta.op = LimitOp::kUnmark; return true;
    default: return false;
  }
}

// Tells who released, once the record is durable; ends itself.
struct Telling final : records::CommitWaiter {
  Telling(LimitSettlement::Done done, Released released)
      : done_(std::move(done)), released_(released) {}
  void Committed(const Status& status) noexcept override {
    const std::unique_ptr<Telling> self(this);
    if (status.ok()) return done_(released_);
    done_(Error(Code::kUnavailable, "the release could not be written down")
              .Why(status.error().message())
              .Help("ask whether it was released before asking again"));
  }

 private:
  LimitSettlement::Done done_;
  const Released released_;
};

}  // namespace

Status LimitSettlement::Append(const BudgetChange& change, records::CommitWaiter* waiter) {
  RETURN_IF_ERROR(options_.journal->Append(change, waiter));
  FoldChange(change, *options_.ledger);
  return Ok();
}

Result<BudgetChange> LimitSettlement::ReleaseOf(DecisionId decision, std::string_view caller,
                                                std::string_view reason) {
  SpentReader spent(decision);
  RETURN_IF_ERROR(options_.journal->Read(decision, spent));
  if (!spent.found || spent.caller != caller) {
    return Error(Code::kNotFound, "no decision " + decision.ToString());
  }
  const Time now = options_.clock->Now();
  if (now - spent.at > limits::kReleaseHorizon || decision.segment < options_.oldest_segment) {
    return Error(Code::kFailedPrecondition, "the decision is too old to be released")
        .Why("a caller knows within a day whether it acts");
  }
  BudgetChange change;
  change.at = now;
  change.why = BudgetChange::Why::kRelease;
  change.caller = caller;
  change.reason = reason.substr(0, limits::kReasonBytes);
  change.decisions = {decision};
  change.note.at = spent.note_at;
  bool held = false;
  for (LimitDelta& delta : spent.deltas) {
    held = held || delta.op == LimitOp::kOpen;
    if (Reverse(delta)) change.note.deltas.push_back(delta);
  }
  const std::vector<LimitDelta> open = options_.ledger->OpenOf(decision);
  if (held && open.empty()) {
    return Error(Code::kFailedPrecondition, "the outcome of the decision is known: it was used");
  }
  for (const LimitDelta& delta : open) {
    change.note.deltas.push_back(delta);
    change.note.deltas.back().row = 0;
  }
  if (change.note.deltas.empty()) {
    return Error(Code::kFailedPrecondition, "the decision spent nothing that could be given back");
  }
  return change;
}

void LimitSettlement::Release(DecisionId decision, std::string_view caller, std::string_view reason,
                              Done done) {
  const std::unique_lock lock(mutex_);
  if (released_.contains(decision)) {
    return done(Error(Code::kConflict, decision.ToString() + " was released before"));
  }
  if (released_.size() >= limits::kRemembered) {
    return done(Error(Code::kResourceExhausted, "too many decisions were released today"));
  }
  const auto change = ReleaseOf(decision, caller, reason);
  if (!change.ok()) return done(change.error());
  auto waiter = std::make_unique<Telling>(done, Released{decision, change->note.deltas.size()});
  // Before the commit: a second call must find it, whatever the disk does.
  released_.insert(decision);
  const Status appended = Append(*change, waiter.get());
  if (appended.ok()) {
    static_cast<void>(waiter.release());  // the journal tells it, and it ends itself
    return;
  }
  released_.erase(decision);
  done(appended.error());
}

void LimitSettlement::OnOutcomesComing(std::span<const records::Outcome> outcomes) {
  BudgetChange change;
  change.why = BudgetChange::Why::kOutcome;
  const auto flush = [&] {
    if (change.decisions.empty()) return;
    change.at = options_.clock->Now();
    change.note.at = options_.ledger->Now();
    // Not written: what they hold stays held, and the outcome's repetition frees it.
    static_cast<void>(Append(change, nullptr).ok());
    change.decisions.clear();
    change.note.Clear();
  };
  const std::lock_guard lock(mutex_);
  for (const records::Outcome& outcome : outcomes) {
    std::vector<LimitDelta> held = options_.ledger->OpenOf(outcome.decision);
    if (held.empty()) continue;
    const auto row = static_cast<std::uint32_t>(change.decisions.size());
    if (row != 0 && change.decisions.back() == outcome.decision) continue;
    change.decisions.push_back(outcome.decision);
    for (LimitDelta& delta : held) {
      delta.row = row;
      change.note.deltas.push_back(delta);
    }
    if (change.decisions.size() == kDecisionsPerRecord) flush();
  }
  flush();
}

Status LimitSettlement::WriteOff(DecisionId decision, std::string_view author,
                                 std::string_view reason) {
  const std::lock_guard lock(mutex_);
  BudgetChange change;
  change.at = options_.clock->Now();
  change.why = BudgetChange::Why::kWriteOff;
  change.caller = author;
  change.reason = reason.substr(0, limits::kReasonBytes);
  change.decisions = {decision};
  change.note.at = options_.ledger->Now();
  change.note.deltas = options_.ledger->OpenOf(decision);
  for (LimitDelta& delta : change.note.deltas) delta.row = 0;
  if (change.note.deltas.empty()) {
    return Error(Code::kNotFound, decision.ToString() + " holds nothing open");
  }
  return Append(change, nullptr);
}

void LimitSettlement::OnBudget(const BudgetChange& change) {
  if (change.why != BudgetChange::Why::kRelease) return;
  const std::lock_guard lock(mutex_);
  released_.insert(change.decisions.begin(), change.decisions.end());
}

}  // namespace mooring::serving
