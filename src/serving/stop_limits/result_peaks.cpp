#include "serving/stop_limits/result_peaks.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace mooring::serving {

void ResultPeaks::Add(std::int64_t at, std::int64_t amount) {
  at = std::max<std::int64_t>(at, 1);  // 0 is before all: nothing was released then
  const std::int64_t before = result_;
  if (__builtin_add_overflow(before, amount, &result_)) {
    result_ = amount > 0 ? std::numeric_limits<std::int64_t>::max()
                         : std::numeric_limits<std::int64_t>::min();
  }
  const auto pop_reached = [&](std::int64_t by) {
    while (!peaks_.empty() && peaks_.back().value <= by) peaks_.pop_back();
  };
  pop_reached(before);
  // Two results of one moment: nobody can ask between them.
  const bool stood = peaks_.empty() || peaks_.back().until < at;
  if (before > result_ && stood) peaks_.push_back({at, before});
  pop_reached(result_);
  if (peaks_.size() > kMost) Merge();
}

void ResultPeaks::Merge() {
  using Wide = __int128;
  const auto step = [&](std::size_t i) { return Wide{peaks_[i].value} - peaks_[i + 1].value; };
  std::size_t least = 0;
  for (std::size_t i = 1; i + 1 < peaks_.size(); ++i) {
    if (step(i) < step(least)) least = i;
  }
  peaks_[least].until = peaks_[least + 1].until;
  peaks_.erase(peaks_.begin() + static_cast<std::ptrdiff_t>(least) + 1);
}

std::int64_t ResultPeaks::Since(std::int64_t moment) const {
  const auto first = std::ranges::upper_bound(peaks_, moment, {}, &Peak::until);
  return first == peaks_.end() ? result_ : first->value;
}

ResultPeaks ResultPeaks::From(std::int64_t result, std::vector<Peak> peaks) {
  ResultPeaks made;
  made.result_ = result;
  made.peaks_ = std::move(peaks);
  return made;
}

}  // namespace mooring::serving
