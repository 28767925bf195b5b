#include "serving/pending_pool.h"

#include "serving/loaded_models.h"

namespace mooring::serving {

Pending& PendingPool::Take(std::shared_ptr<PendingOwner> owner, DecisionRequest request,
                           std::function<void(DecisionAnswer)> done) {
  std::unique_ptr<Pending> taken;
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      taken = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (taken == nullptr) taken = std::make_unique<Pending>();
  taken->owner = std::move(owner);
  taken->request = std::move(request);
  taken->done = std::move(done);
  return *taken.release();  // Give takes it back
}

void PendingPool::Give(Pending& pending) {
  std::unique_ptr<Pending> mine(&pending);
  DecisionRequest& request = pending.request;
  if (request.served != nullptr) {
    request.served->shape->GiveRows(std::move(request.rows));
    if (request.served->shape->NeedsScratch()) {
      request.served->shape->GiveScratch(std::move(pending.scratch));
    }
  }
  request.served.reset();
  request.flags.clear();
  request.problems.clear();
  pending.done = nullptr;
  pending.settled = pending.holds_id = pending.entered = pending.recorded = false;
  pending.first = {};
  pending.found.Clear();
  pending.decisions.clear();
  pending.judged.Clear();
  pending.committed = Ok();
  pending.halves.store(2, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  if (free_.size() < kKept) free_.push_back(std::move(mine));
}

}  // namespace mooring::serving
