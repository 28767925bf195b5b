// CallerBudget: how much one caller may ask: requests a second and requests at once.
//
// The rate is GCRA (ITU-T I.371) in whole nanoseconds: requests have a due time, each T = 1 s /
// rate after the one before; one that comes more than `tau` early is refused. tau is one second's
// worth, so a caller may spend a second's requests at once. T is rounded up: never more than the
// rate.
//
// Thread safety: any thread. Cost: one compare-and-swap a request, no memory. Units: nanoseconds of
// a monotonic clock.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace mooring::records {

struct CallerCaps {
  std::uint32_t requests_per_second = 50'000;
  std::uint32_t at_once = 10'000;
  bool operator==(const CallerCaps&) const = default;
};

class CallerBudget {
 public:
  explicit CallerBudget(CallerCaps caps)
      : caps_(caps),
        step_ns_((kSecond + caps.requests_per_second - 1) /
                 std::max<std::int64_t>(1, caps.requests_per_second)) {}
  const CallerCaps& caps() const { return caps_; }

  // 0: take it, and it is counted. Else how many nanoseconds until one more would be taken.
  std::int64_t TakeRequest(std::int64_t now_ns) {
    std::int64_t due = due_ns_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t from = std::max(due, now_ns);
      const std::int64_t early = from - now_ns - (kSecond - step_ns_);
      if (early > 0) return early;
      if (due_ns_.compare_exchange_weak(due, from + step_ns_, std::memory_order_relaxed)) return 0;
    }
  }

  // Requests between their beginning and their answer; raised by Enter, lowered by whoever holds
  // it. False, and not raised, when as many as may be are there.
  bool Enter() {
    if (at_once_.fetch_add(1, std::memory_order_relaxed) < caps_.at_once) return true;
    at_once_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  std::atomic<std::uint32_t>& at_once() { return at_once_; }
  // Whether a new one would say the same: nothing is under way, nothing was asked lately.
  bool IsRested(std::int64_t now_ns) const {
    return due_ns_.load(std::memory_order_relaxed) <= now_ns &&
           at_once_.load(std::memory_order_relaxed) == 0;
  }

 private:
  static constexpr std::int64_t kSecond = 1'000'000'000;
  const CallerCaps caps_;
  const std::int64_t step_ns_;
  std::atomic<std::int64_t> due_ns_{0};
  std::atomic<std::uint32_t> at_once_{0};
};

}  // namespace mooring::records
