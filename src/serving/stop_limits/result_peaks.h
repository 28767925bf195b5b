// ResultPeaks: a running result and the best that it was since any moment: what the soft form of a
// drawdown limit measures. A release asks since when it was given, so that the fall before it is
// forgiven and no other.
//
//   peaks.Add(at, -500);
//   const bool trips = peaks.Since(released_at) - peaks.result() >= max;
//
// Only values that a later one did not reach are kept, at most kMost of them: beyond, the two that
// differ least become one with the greater value and the later end, so that a fall is never told
// smaller than it is. Sums stay within 64 bits: what does not fit stays at the end of the range.
//
// Times are µs since 1970. Thread safety: none. Cost: O(kMost).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mooring::serving {

class ResultPeaks {
 public:
  static constexpr std::size_t kMost = 32;
  struct Peak {
    std::int64_t until = 0;  // stood up to here, this moment excluded
    std::int64_t value = 0;
    auto operator<=>(const Peak&) const = default;
  };

  // Moments are not expected to go back; one that does counts as the last.
  void Add(std::int64_t at, std::int64_t amount);

  std::int64_t result() const { return result_; }
  // The most that the result was at `moment` or after it. It was 0 before the first.
  std::int64_t Since(std::int64_t moment) const;
  bool empty() const { return result_ == 0 && peaks_.empty(); }

  // For snapshots. From expects what peaks() gives: ends ascending, values descending and all above
  // the result.
  const std::vector<Peak>& peaks() const { return peaks_; }
  static ResultPeaks From(std::int64_t result, std::vector<Peak> peaks);

 private:
  void Merge();

  std::int64_t result_ = 0;
  std::vector<Peak> peaks_;
};

}  // namespace mooring::serving
