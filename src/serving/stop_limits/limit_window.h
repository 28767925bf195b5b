// WindowClock: in which bucket of a window a moment counts, and until when that bucket counts.
//
//   auto clock = WindowClock::Make(rule.window);   // null: lifetime
//   WindowClock::Bucket bucket = clock->At(now);
//
// A sliding window of length W in B buckets has buckets of w = ⌈W/B⌉ µs that begin at multiples of
// w since 1970; bucket [b, b + w) counts while it touches (t − W, t], that is until b + w + W. So
// at most w more than W is counted, never less. A calendar window is one bucket: the local day,
// week (from Monday) or month; it counts until the next begins.
//
// Times are µs since 1970. Failure: an unknown zone, or a sliding window that is not 1 s to 10
// years in 1 to 10,000 buckets, is kInvalidArgument. Thread safety: immutable but for a cache that
// any thread may use. Cost: a few ns; a new calendar window about 1 µs.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "base/result.h"
#include "records/contract/limit_rule.h"
#include "serving/stop_limits/time_zone.h"

namespace mooring::serving {

class WindowClock {
 public:
  static Result<std::unique_ptr<const WindowClock>> Make(const records::LimitWindow& window);

  struct Bucket {
    std::int64_t begin = 0;
    std::int64_t expires = std::numeric_limits<std::int64_t>::max();
    auto operator<=>(const Bucket&) const = default;
  };
  Bucket At(std::int64_t at) const;

  // The window is its one bucket, so sums are exact.
  bool exact() const { return zone_.has_value(); }

  // Buckets by where they begin, both ends inclusive.
  struct Range {
    std::int64_t first = 0, last = 0;
    auto operator<=>(const Range&) const = default;
  };
  Range Counted(std::int64_t at) const;  // touch the window that ends at `at`
  Range Whole(std::int64_t at) const;    // lie in it: sums that must not be too great
  // Whole(…) of that many weeks before, by the local calendar where there is one; a calendar window
  // counts to its end.
  Range WholeBefore(std::int64_t at, std::uint32_t weeks) const;

 private:
  WindowClock(const records::LimitWindow& window, std::optional<TimeZone> zone);
  Bucket Calendar(std::int64_t at) const;
  Bucket CalendarOf(std::chrono::local_days day, std::int64_t at) const;

  const records::LimitWindow::Kind kind_;
  const std::int64_t length_, width_;  // µs; of sliding windows
  const std::optional<TimeZone> zone_;
  // The last calendar window: its begin in seconds, and its length in the low 24 bits.
  mutable std::atomic<std::uint64_t> last_{0};
};

}  // namespace mooring::serving
