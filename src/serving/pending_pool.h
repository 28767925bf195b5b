// PendingPool: Pendings used again and again. Part of decide.cpp.
//
// Thread safety: from any thread; a short mutex. Bounded by the requests in flight; keeps kKept.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "serving/pending.h"

namespace mooring::serving {

class PendingPool {
 public:
  static constexpr std::size_t kKept = 256;

  // The Pending lives until Give.
  Pending& Take(std::shared_ptr<PendingOwner> owner, DecisionRequest request,
                std::function<void(DecisionAnswer)> done);
  // Gives its batches back to their version and forgets the rest.
  void Give(Pending& pending);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Pending>> free_;
};

}  // namespace mooring::serving
