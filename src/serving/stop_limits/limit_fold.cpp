// What becomes of notes after TryAdmit: recorded, taken back, or read from a journal.
#include <algorithm>
#include <limits>

#include "serving/stop_limits/ledger_state.h"

namespace mooring::serving {

using records::LimitDelta;
using records::LimitNote;
using records::LimitOp;

namespace {

void Grow(std::int64_t& value, std::int64_t by) {
  const Wide sum = Wide{value} + by;
  value = static_cast<std::int64_t>(std::clamp<Wide>(sum, std::numeric_limits<std::int64_t>::min(),
                                                     std::numeric_limits<std::int64_t>::max()));
}

void Shrink(std::int64_t& value, std::int64_t by) { value = value > by ? value - by : 0; }

DecisionId RowOf(DecisionId first, std::uint32_t row) {
  first.ordinal += row;
  return first;
}

bool MarkFollows(const LimitNote& note, std::size_t delta) {
  return delta + 1 < note.deltas.size() && note.deltas[delta + 1].op == LimitOp::kMark &&
         note.deltas[delta + 1].state == note.deltas[delta].state;
}

void AddResult(const LimitDelta& delta, std::int64_t at, std::int64_t now, Budget& budget) {
  budget.NeedRare().results.Add(at, delta.amount);
  if (delta.expires > now) budget.sums.Add(BucketOf(delta));
}

}  // namespace

void LimitLedger::State::Settle(const LimitNote& note, std::size_t delta) {
  Budget* budget = budgets.Find(note.deltas[delta].state);
  if (budget != nullptr) SettleRelief(note.deltas[delta], MarkFollows(note, delta), *budget);
}

void LimitLedger::Undo(const LimitNote& note) {
  const std::lock_guard lock(state_->mutex);
  for (std::size_t i = 0; i < note.deltas.size(); ++i) {
    const LimitDelta& delta = note.deltas[i];
    Budget* budget = state_->budgets.Find(delta.state);
    if (budget == nullptr) continue;
    switch (delta.op) {
      case LimitOp::kSpend: state_->Settle(note, i); [[fallthrough]];
      case LimitOp::kMark: budget->sums.Take(BucketOf(delta)); break;
      case LimitOp::kOpen:
        Shrink(budget->open, delta.amount);
        --state_->pending_opens;
        break;
      case LimitOp::kLatch: budget->latch_noted = false; break;
      default: break;
    }
  }
}

void LimitLedger::Recorded(const LimitNote& note, DecisionId first) {
  const std::lock_guard lock(state_->mutex);
  for (std::size_t i = 0; i < note.deltas.size(); ++i) {
    const LimitDelta& delta = note.deltas[i];
    if (delta.op == LimitOp::kSpend) state_->Settle(note, i);
    if (delta.op != LimitOp::kOpen) continue;
    state_->open.Hold(RowOf(first, delta.row), {delta.state, delta.amount});
    --state_->pending_opens;
  }
}

void LimitLedger::Fold(const LimitNote& note, DecisionId first) {
  const std::lock_guard lock(state_->mutex);
  // Once this ledger admits, only its own clock moves it: others' notes could hide a jump.
  if (!state_->admitting) state_->time.Raise(note.at);
  for (const LimitDelta& delta : note.deltas) {
    state_->FoldOne(delta, note, RowOf(first, delta.row));
  }
}

void LimitLedger::State::FoldOne(const LimitDelta& delta, const LimitNote& note,
                                 DecisionId decision) {
  const std::int64_t now = time.last();
  Budget* known = nullptr;
  switch (delta.op) {
    case LimitOp::kSpend:
    case LimitOp::kMark:
      if (delta.expires > now) budgets.Need(delta.state).sums.Add(BucketOf(delta));
      return;
    case LimitOp::kArrival:
      if (delta.amount / 1000 < now) return;
      known = &budgets.Need(delta.state);
      known->arrival_ns = std::max(known->arrival_ns, delta.amount);
      return;
    case LimitOp::kOpen:
      if (delta.amount <= 0) return;
      Grow(budgets.Need(delta.state).open, delta.amount);
      open.Hold(decision, {delta.state, delta.amount});
      return;
    case LimitOp::kClose:
      known = budgets.Find(delta.state);
      if (known != nullptr) {
        Shrink(known->open, open.Close(OpenDecisions::DecisionOf(delta), delta.state));
      }
      return;
    case LimitOp::kResult:
      settled.Add(decision);
      return AddResult(delta, note.at, now, budgets.Need(delta.state));
    case LimitOp::kLatch:
      known = &budgets.Need(delta.state);
      known->latched_at = std::max(known->latched_at, delta.amount > 0 ? delta.amount : note.at);
      known->latch_noted = true;
      return;
    case LimitOp::kReturn:
    case LimitOp::kUnmark: break;
  }
  // A share's decisions that are not marked (amount 0) stay counted: the marked ones rely on them.
  if (delta.op == LimitOp::kReturn && delta.amount == 0) return;
  known = budgets.Find(delta.state);
  if (known == nullptr) return;
  WindowBucket back = BucketOf(delta);
  back.count = 1;
  known->sums.Take(back);
}

void LimitLedger::Settle(DecisionId decision) {
  const std::lock_guard lock(state_->mutex);
  state_->settled.Add(decision);
}

bool LimitLedger::Settled(DecisionId decision) const {
  const std::lock_guard lock(state_->mutex);
  return state_->settled.Has(decision);
}

void LimitLedger::ForgetSettledBefore(std::uint32_t segment) {
  const std::lock_guard lock(state_->mutex);
  state_->settled.ForgetBefore(segment);
}

std::vector<LimitDelta> LimitLedger::OpenOf(DecisionId decision) const {
  const std::lock_guard lock(state_->mutex);
  return state_->open.Closing(decision);
}

}  // namespace mooring::serving
