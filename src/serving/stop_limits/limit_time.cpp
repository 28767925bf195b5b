#include "serving/stop_limits/limit_time.h"

#include <algorithm>

namespace mooring::serving {
namespace {

constexpr std::int64_t kLatest = 253'402'300'799'000'000;  // the end of 9999
constexpr Nanos kAnchored = std::chrono::hours(24);

}  // namespace

LimitTime::LimitTime(const Clock& clock, std::chrono::seconds max_jump)
    : clock_(clock),
      max_jump_(Micros(max_jump).count()),
      anchor_wall_(Wall()),
      anchor_monotonic_(clock.Monotonic()) {}

std::int64_t LimitTime::Wall() const {
  return std::clamp<std::int64_t>(clock_.Now().time_since_epoch().count(), 0, kLatest);
}

std::int64_t LimitTime::Gained(std::int64_t wall, Nanos monotonic) const {
  return wall - anchor_wall_ - (monotonic - anchor_monotonic_).count() / 1000;
}

std::int64_t LimitTime::Advance() {
  if (frozen_) return last_;
  // The wall first: a pause between the two readings looks like a loss, never like a jump.
  const std::int64_t wall = Wall();
  const Nanos monotonic = clock_.Monotonic();
  if (Gained(wall, monotonic) > max_jump_) {
    frozen_ = true;
    return last_ = std::max(last_, anchor_wall_);
  }
  if (monotonic - anchor_monotonic_ >= kAnchored) {
    anchor_wall_ = wall;
    anchor_monotonic_ = monotonic;
  }
  return last_ = std::max(last_, wall);
}

void LimitTime::Raise(std::int64_t at) { last_ = std::clamp(at, last_, std::max(last_, kLatest)); }

void LimitTime::Thaw() {
  anchor_wall_ = Wall();
  anchor_monotonic_ = clock_.Monotonic();
  frozen_ = false;
}

}  // namespace mooring::serving
