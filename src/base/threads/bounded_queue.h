// BoundedQueue<T>: hands values from any threads to any threads, first in first out, at most
// `capacity` at once. Overflow policy: TryPush refuses and the producer decides; nothing is dropped
// or waits.
//
//   BoundedQueue<Job> queue(1024);
//   if (!queue.TryPush(std::move(job))) return Error(Code::kResourceExhausted, "the queue is
//   full"); NamedThread worker("worker", [&](std::stop_token stop) {
//     while (std::optional<Job> job = queue.Pop(stop)) Run(*job);   // empty once stopped
//   });
//
// Thread safety: all members from any thread. A stop ends waiting even while values are queued:
// drain with TryPop when they matter. Cost: one mutex; one allocation, at construction.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/check.h"

namespace mooring {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : ring_(capacity) { CHECK(capacity > 0); }
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  // False when full; `value` is then as it was.
  [[nodiscard]] bool TryPush(T&& value) {
    {
      const std::lock_guard lock(mutex_);
      if (size_ == ring_.size()) return false;
      ring_[(head_ + size_) % ring_.size()].emplace(std::move(value));
      ++size_;
    }
    not_empty_.notify_one();
    return true;
  }
  [[nodiscard]] bool TryPush(const T& value) { return TryPush(T(value)); }

  // The oldest value; waits for one until `stop` is requested.
  std::optional<T> Pop(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!not_empty_.wait(lock, stop, [this] { return size_ != 0; })) return std::nullopt;
    if (stop.stop_requested()) return std::nullopt;
    return Take();
  }

  // The oldest value, or nothing at once.
  std::optional<T> TryPop() {
    const std::lock_guard lock(mutex_);
    if (size_ == 0) return std::nullopt;
    return Take();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return size_;
  }
  std::size_t capacity() const { return ring_.size(); }

 private:
  std::optional<T> Take() {
    std::optional<T> value = std::exchange(ring_[head_], std::nullopt);
    head_ = (head_ + 1) % ring_.size();
    --size_;
    return value;
  }

  mutable std::mutex mutex_;
  std::condition_variable_any not_empty_;
  std::vector<std::optional<T>> ring_;  // guarded by mutex_, as are the next two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace mooring
