#include "serving/stop_limits/budget_table.h"

namespace mooring::serving {

using records::LimitStateId;

Budget* BudgetTable::Find(const LimitStateId& id) {
  const Index& index = ShardOf(id);
  const auto found = index.find(id);
  return found == index.end() ? nullptr : &Slot(found->second);
}

Budget& BudgetTable::Need(const LimitStateId& id) {
  if (Budget* budget = Find(id)) return *budget;
  if (free_.empty()) {
    if (slots_ % kChunk == 0) chunks_.push_back(std::make_unique<Budget[]>(kChunk));
    free_.push_back(static_cast<std::uint32_t>(slots_++));
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  ShardOf(id).emplace(id, place);
  ++live_;
  Budget& budget = Slot(place);
  budget.id = id;
  budget.used = true;
  return budget;
}

std::size_t BudgetTable::FamilySize(const LimitStateId& family) const {
  const auto found = family_places_.find(family);
  return found == family_places_.end() ? 0 : families_[found->second].size;
}

void BudgetTable::Join(Budget& budget, const LimitStateId& family) {
  if (budget.family != 0) return;
  const auto [found, fresh] =
      family_places_.emplace(family, static_cast<std::uint32_t>(families_.size()));
  if (fresh) families_.push_back({family, 0});
  ++families_[found->second].size;
  budget.family = found->second + 1;
}

LimitStateId BudgetTable::FamilyOf(const Budget& budget) const {
  return budget.family == 0 ? LimitStateId{} : families_[budget.family - 1].id;
}

void BudgetTable::Sweep(std::size_t steps, std::int64_t now) {
  for (std::size_t i = 0; i < steps && live_ > 0; ++i) {
    sweep_ = (sweep_ + 1) % slots_;
    if (Slot(sweep_).used && Slot(sweep_).Dead(now)) Forget(sweep_);
  }
}

void BudgetTable::Forget(std::size_t place) {
  Budget& budget = Slot(place);
  if (budget.family != 0) --families_[budget.family - 1].size;
  ShardOf(budget.id).erase(budget.id);
  budget = Budget();
  free_.push_back(static_cast<std::uint32_t>(place));
  --live_;
}

}  // namespace mooring::serving
