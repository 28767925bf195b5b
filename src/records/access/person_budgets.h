// PersonBudgets: one CallerBudget for each caller who is known by name and not by a token of ours,
// so that whoever shows many proofs of one identity still asks as one person.
//
//   PersonBudgets budgets;
//   principal budget: budgets.Of("oidc:ann", clock.Monotonic().count())
//
// Thread safety: any thread. Memory: of the persons that somebody holds a budget of, or who asked
// within the last second, at most twice as many entries, and at least kSweepFrom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "records/access/caller_budget.h"

namespace mooring::records {

class PersonBudgets {
 public:
  static constexpr std::size_t kSweepFrom = 1024;

  // The same one for the same name, as long as it says anything.
  std::shared_ptr<CallerBudget> Of(const std::string& name, std::int64_t now_ns);
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::size_t sweep_at_ = kSweepFrom;
  std::unordered_map<std::string, std::shared_ptr<CallerBudget>> budgets_;
};

}  // namespace mooring::records
