#include "records/access/person_budgets.h"

#include <algorithm>

namespace mooring::records {

std::shared_ptr<CallerBudget> PersonBudgets::Of(const std::string& name, std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  if (const auto known = budgets_.find(name); known != budgets_.end()) return known->second;
  if (budgets_.size() >= sweep_at_) {
    // One that nobody holds and that is due by now is as a new one would be.
    std::erase_if(budgets_, [&](const auto& entry) {
      return entry.second.use_count() == 1 && entry.second->IsRested(now_ns);
    });
    sweep_at_ = std::max(kSweepFrom, 2 * budgets_.size());
  }
  return budgets_[name] = std::make_shared<CallerBudget>(CallerCaps());
}

std::size_t PersonBudgets::size() const {
  const std::lock_guard lock(mutex_);
  return budgets_.size();
}

}  // namespace mooring::records
