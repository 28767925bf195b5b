// MedianRing: the median of the last values that were admitted and recorded, for a collar against
// it.
//
// It lives in memory alone and is filled again at a start (median_refill.h); the collar's own
// constant stands in until enough values were seen. Thread safety: any thread, one short lock.
// Cost: linear in the values kept.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace mooring::serving {

class MedianRing {
 public:
  explicit MedianRing(std::size_t values);
  void Add(std::int64_t value);
  // The lower of the two in the middle; nothing until as many values were added as it keeps.
  std::optional<std::int64_t> Median() const;

 private:
  const std::size_t size_;
  mutable std::mutex mutex_;
  std::vector<std::int64_t> values_;
  std::size_t next_ = 0;
  mutable std::vector<std::int64_t> sorted_;  // scratch
  mutable bool fresh_ = false;
  mutable std::int64_t median_ = 0;
};

}  // namespace mooring::serving
