// LimitTime: the time that budgets live by. It never goes back, and does not follow a wall clock
// that jumps ahead of the monotonic one: a jump would open a day's budget again.
//
// It may gain at most `max_jump` on the monotonic clock since its anchor, which is where it
// started, was thawed, or stood a day ago; beyond that it stands still (frozen) until Thaw. A wall
// clock that steps back holds it until the wall has caught up. Across a restart there is nothing
// to compare with: the wall is believed, but never below what the journal says; who knows that it
// stood still before freezes it.
//
// Times are µs since 1970, 1970 to 9999. Thread safety: none; its owner's lock.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace mooring::serving {

class LimitTime {
 public:
  LimitTime(const Clock& clock, std::chrono::seconds max_jump);

  std::int64_t Advance();
  std::int64_t last() const { return last_; }
  // What a journal or snapshot says had come.
  void Raise(std::int64_t at);

  bool frozen() const { return frozen_; }
  void Freeze() { frozen_ = true; }
  // Believes the wall clock as it is now.
  void Thaw();

 private:
  std::int64_t Wall() const;
  std::int64_t Gained(std::int64_t wall, Nanos monotonic) const;

  const Clock& clock_;
  const std::int64_t max_jump_;
  std::int64_t anchor_wall_;
  Nanos anchor_monotonic_;
  std::int64_t last_ = 0;
  bool frozen_ = false;
};

}  // namespace mooring::serving
