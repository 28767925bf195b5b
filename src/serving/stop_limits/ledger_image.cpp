// Snapshot and Restore of LimitLedger: its state as a LedgerImage and back.
#include <algorithm>
#include <limits>

#include "serving/stop_limits/ledger_state.h"
#include "serving/stop_limits/limit_snapshot.h"

namespace mooring::serving {
namespace {

LedgerImage::BudgetImage ImageOf(const Budget& budget, const BudgetTable& table) {
  LedgerImage::BudgetImage image;
  image.id = budget.id;
  image.family = table.FamilyOf(budget);
  image.latched_at = budget.latched_at;
  image.arrival_ns = budget.arrival_ns;
  if (budget.rare != nullptr) {
    image.result = budget.rare->results.result();
    image.peaks = budget.rare->results.peaks();
  }
  image.buckets = budget.sums.Buckets();
  return image;
}

void Fill(const LedgerImage::BudgetImage& image, BudgetTable& table) {
  Budget& budget = table.Need(image.id);
  if (image.family != records::LimitStateId{}) table.Join(budget, image.family);
  budget.latched_at = image.latched_at;
  budget.latch_noted = image.latched_at != 0;
  budget.arrival_ns = image.arrival_ns;
  if (image.result != 0 || !image.peaks.empty()) {
    budget.NeedRare().results = ResultPeaks::From(image.result, image.peaks);
  }
  for (const WindowBucket& bucket : image.buckets) budget.sums.Add(bucket);
}

}  // namespace

std::string LimitLedger::Snapshot() const {
  const std::lock_guard lock(state_->mutex);
  LedgerImage image;
  image.last = state_->time.last();
  image.frozen = state_->time.frozen();
  state_->budgets.ForEach([&](Budget& budget) {
    if (!budget.Dead(image.last)) image.budgets.push_back(ImageOf(budget, state_->budgets));
  });
  // What is open is the sum of what decisions hold: what is not recorded yet is not in it.
  state_->open.ForEach([&](DecisionId decision, const OpenDecisions::Holding& holding) {
    image.holdings.push_back({decision, holding.state, holding.amount});
  });
  std::sort(image.budgets.begin(), image.budgets.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  std::sort(image.holdings.begin(), image.holdings.end());
  image.settled = state_->settled.segments();
  return EncodeLedger(image);
}

Status LimitLedger::Restore(std::string_view bytes) {
  ASSIGN_OR_RETURN(const LedgerImage image, DecodeLedger(bytes));
  const std::lock_guard lock(state_->mutex);
  BudgetTable budgets(state_->budgets.most());
  OpenDecisions open;
  for (const auto& budget : image.budgets) Fill(budget, budgets);
  for (const auto& holding : image.holdings) {
    std::int64_t& sum = budgets.Need(holding.state).open;
    if (__builtin_add_overflow(sum, holding.amount, &sum)) {
      return Error(Code::kDataLoss, "a snapshot of limits is damaged: open amounts overflow");
    }
    open.Hold(holding.decision, {holding.state, holding.amount});
  }
  std::swap(state_->budgets, budgets);
  std::swap(state_->open, open);
  state_->settled.Restore(image.settled);
  state_->pending_opens = 0;
  state_->time.Raise(image.last);
  if (image.frozen) state_->time.Freeze();
  return Ok();
}

}  // namespace mooring::serving
