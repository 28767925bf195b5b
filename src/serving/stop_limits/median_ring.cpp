#include "serving/stop_limits/median_ring.h"

#include <algorithm>

#include "base/check.h"

namespace mooring::serving {

MedianRing::MedianRing(std::size_t values) : size_(values) {
  CHECK(values > 0);
  values_.reserve(values);
  sorted_.reserve(values);
}

void MedianRing::Add(std::int64_t value) {
  const std::lock_guard lock(mutex_);
  fresh_ = false;
  if (values_.size() < size_) {
    values_.push_back(value);
    return;
  }
  values_[next_] = value;
  next_ = (next_ + 1) % size_;
}

std::optional<std::int64_t> MedianRing::Median() const {
  const std::lock_guard lock(mutex_);
  if (values_.size() < size_) return std::nullopt;
  if (!fresh_) {
    sorted_.assign(values_.begin(), values_.end());
    const auto middle = sorted_.begin() + static_cast<std::ptrdiff_t>((size_ - 1) / 2);
    std::ranges::nth_element(sorted_, middle);
    median_ = *middle;
    fresh_ = true;
  }
  return median_;
}

}  // namespace mooring::serving
