#include "serving/stop_limits/limit_settlement.h"

#include <algorithm>
#include <memory>
#include <unordered_set>
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
    binding = block.binding;
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
  std::shared_ptr<const records::Binding> binding;
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

// Keeps a change until it is durable; ends itself.
class LimitSettlement::Watching final : public records::CommitWaiter {
 public:
  Watching(std::shared_ptr<Failed> failed, const BudgetChange& change)
      : failed_(std::move(failed)), change_(change) {}
  void Committed(const Status& status) noexcept override {
    const std::unique_ptr<Watching> self(this);
    if (status.ok()) return;
    const std::lock_guard lock(failed_->mutex);
    failed_->changes.push_back(std::move(change_));
  }

 private:
  const std::shared_ptr<Failed> failed_;
  BudgetChange change_;
};

// The ledger holds it already, or will when this succeeds.
Status LimitSettlement::Write(const BudgetChange& change) {
  auto watching = std::make_unique<Watching>(failed_, change);
  RETURN_IF_ERROR(options_.journal->Append(change, watching.get()));
  static_cast<void>(watching.release());  // the journal tells it, and it ends itself
  return Ok();
}

void LimitSettlement::WriteAgain() {
  std::vector<BudgetChange> changes;
  {
    const std::lock_guard lock(failed_->mutex);
    changes.swap(failed_->changes);
  }
  for (BudgetChange& change : changes) {
    change.note.at = options_.ledger->Now();
    if (Write(change).ok()) continue;
    const std::lock_guard lock(failed_->mutex);
    failed_->changes.push_back(std::move(change));
  }
}

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
  bool used = false;
  if (options_.has_outcome) {
    ASSIGN_OR_RETURN(used, options_.has_outcome(decision, *spent.binding));
  }
  if (used || (held && open.empty()) || options_.ledger->Settled(decision)) {
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
  released_.Forget(options_.clock->Now());
  if (IsReleased(decision)) {
    return done(Error(Code::kConflict, decision.ToString() + " was released before"));
  }
  if (released_.size() >= limits::kRemembered) {
    return done(Error(Code::kResourceExhausted, "too many decisions were released today"));
  }
  const auto change = ReleaseOf(decision, caller, reason);
  if (!change.ok()) return done(change.error());
  auto waiter = std::make_unique<Telling>(done, Released{decision, change->note.deltas.size()});
  const Status appended = Append(*change, waiter.get());
  if (!appended.ok()) return done(appended.error());
  static_cast<void>(waiter.release());  // the journal tells it, and it ends itself
  // Whatever the disk does; a second call waits for the lock until here.
  released_.Put(std::hash<DecisionId>()(decision), 1, options_.clock->Now());
}

bool LimitSettlement::IsReleased(DecisionId decision) const {
  return released_.Find(std::hash<DecisionId>()(decision)) != nullptr;
}

bool LimitSettlement::WasReleased(DecisionId decision) {
  const std::lock_guard lock(mutex_);
  return IsReleased(decision);
}

void LimitSettlement::OnOutcomesComing(std::span<const records::Outcome> outcomes) {
  for (std::size_t begin = 0; begin < outcomes.size(); begin += kDecisionsPerRecord) {
    const std::size_t count = std::min(kDecisionsPerRecord, outcomes.size() - begin);
    const std::vector<records::Outcome> some = Concerned(outcomes.subspan(begin, count));
    if (some.empty()) continue;
    Settle(some, RealisedOf(*options_.journal, options_.limits_of, some));
  }
}

// Those whose decisions must be read.
std::vector<records::Outcome> LimitSettlement::Concerned(
    std::span<const records::Outcome> outcomes) const {
  const bool all = options_.limits_of && (!options_.realises || options_.realises());
  std::vector<records::Outcome> concerned;
  for (const records::Outcome& outcome : outcomes) {
    if (all || !options_.ledger->OpenOf(outcome.decision).empty()) concerned.push_back(outcome);
  }
  return concerned;
}

void LimitSettlement::Settle(std::span<const records::Outcome> outcomes,
                             std::span<const RealisedResult> results) {
  const std::lock_guard lock(mutex_);
  WriteAgain();
  BudgetChange change;
  change.why = BudgetChange::Why::kOutcome;
  change.at = options_.clock->Now();
  change.note.at = options_.ledger->Now();
  std::unordered_set<DecisionId> seen;  // outcomes of one decision may stand apart
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const DecisionId decision = outcomes[i].decision;
    const RealisedResult& result = results[i];
    const auto row = static_cast<std::uint32_t>(change.decisions.size());
    const std::size_t before = change.note.deltas.size();
    for (const LimitDelta& held : options_.ledger->OpenOf(decision)) {
      if (!result.Frees(held.state)) continue;
      change.note.deltas.push_back(held);
      change.note.deltas.back().row = row;
    }
    const bool counts = result.what == RealisedResult::What::kKnown &&
                        !options_.ledger->Settled(decision) && seen.insert(decision).second;
    if (counts) {
      for (const RealisedResult::Part& part : result.parts) {
        change.note.deltas.push_back(ResultDelta(part, row, change.note.at));
      }
    }
    if (change.note.deltas.size() > before) change.decisions.push_back(decision);
  }
  if (change.decisions.empty()) return;
  // Not taken: what they hold stays held, and the outcome, which will not be either, frees it
  // again.
  if (Write(change).ok()) FoldChange(change, *options_.ledger);
}

Result<OpenDecision> LimitSettlement::Find(DecisionId decision) const {
  OpenDecision open{"", !options_.ledger->OpenOf(decision).empty()};
  SpentReader spent(decision);
  const Status read = options_.journal->Read(decision, spent);
  if (spent.found) {
    open.model = spent.binding->model;
    return open;
  }
  // What is held stays held after its segment went away.
  if (open.holds) return open;
  if (!read.ok() && read.error().code() != Code::kNotFound) return read.error();
  return Error(Code::kNotFound, "no decision " + decision.ToString());
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
  RETURN_IF_ERROR(Write(change));
  FoldChange(change, *options_.ledger);
  return Ok();
}

void LimitSettlement::OnBudget(const BudgetChange& change) {
  if (change.why != BudgetChange::Why::kRelease) return;
  const std::lock_guard lock(mutex_);
  const Time now = options_.clock->Now();
  for (const DecisionId& decision : change.decisions) {
    released_.Put(std::hash<DecisionId>()(decision), 1, now);
  }
}

}  // namespace mooring::serving
