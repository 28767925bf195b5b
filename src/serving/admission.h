// Admission: who may enter the decision path: the bound on requests in flight, and deadlines.
//
// Thread safety: from any thread, without a lock.
#pragma once

#include <atomic>
#include <cstddef>

#include "base/clock.h"
#include "base/result.h"
#include "serving/decision.h"

namespace mooring::serving {

class Admission {
 public:
  explicit Admission(std::size_t limit) : limit_(limit) {}

  // kResourceExhausted at the bound, kDeadlineExceeded when it is already too late,
  // kInvalidArgument for a request id that is too long. On success Leave must follow.
  Status Enter(const DecisionRequest& request, Nanos now);
  // Wakes WaitUntilEmpty at the last one.
  void Leave();
  std::size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  void WaitUntilEmpty();

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> in_flight_{0};
};

}  // namespace mooring::serving
