// Admission: who may enter the decision path: the bound on requests in flight, deadlines, and one
// decision a request id.
//
// A request with an id that is being decided right now waits for that decision and gets the same
// answer; the same id with another body is kConflict. Ids are the caller's own: two callers may use the
// same one. What was decided earlier is asked from the journal's index (decide.cpp).
//
// Thread safety: from any thread; requests without an id take no lock.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "serving/decision.h"

namespace mooring::serving {

class Admission {
 public:
  using Done = std::function<void(DecisionAnswer)>;
  static constexpr std::size_t kWaiting = 64;  // requests that wait for one id

  explicit Admission(std::size_t limit) : limit_(limit) {}

  // kResourceExhausted at the bound, kDeadlineExceeded when it is already too late,
  // kInvalidArgument for an id that is too long. On success Leave must follow.
  Status Enter(const DecisionRequest& request, Nanos now);
  // Wakes WaitUntilEmpty at the last one.
  void Leave();
  std::size_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  void WaitUntilEmpty();

  // Begins a request that has an id. True: go on, and call End. False: `done` was taken and will be
  // called with the answer of the one that is being decided. kConflict: other body.
  Result<bool> Begin(const DecisionRequest& request, Done& done);
  // The id is free again; gives back those who waited for the answer.
  std::vector<Done> End(const DecisionRequest& request);

 private:
  struct Entry {
    std::uint64_t body_hash = 0;
    std::vector<Done> waiting;
  };
  static std::string KeyOf(const DecisionRequest& request);

  const std::size_t limit_;
  std::atomic<std::size_t> in_flight_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> deciding_;
};

}  // namespace mooring::serving
