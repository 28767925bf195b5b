// Clock: the only source of time. Domain code asks a Clock it was given, never the system, so
// that a test can live through a month in a second and a clock jump is a test case.
//
// Thread safety: all implementations may be used from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring {

using Micros = std::chrono::microseconds;
using Nanos = std::chrono::nanoseconds;
// A moment in UTC, microsecond steps; what the journal stores.
using Time = std::chrono::sys_time<Micros>;

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time, UTC. May jump either way.
  virtual Time Now() const = 0;
  // Since an arbitrary start; never goes back. For latencies and deadlines.
  virtual Nanos Monotonic() const = 0;
};

// The machine's clocks; one for the whole process.
const Clock& SystemClock();

// A clock that moves only when told to.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(Time start = Time(Micros(1'700'000'000'000'000))) : now_(start) {}
  Time Now() const override { return Time(Micros(now_us_())); }
  Nanos Monotonic() const override { return Nanos(monotonic_ns_.load()); }
  void Advance(Micros by) {
    jump_us_.fetch_add(by.count());
    monotonic_ns_.fetch_add(by.count() * 1000);
  }
  // Moves wall time alone, as an operator or NTP would.
  void JumpWall(Micros by) { jump_us_.fetch_add(by.count()); }

 private:
  std::int64_t now_us_() const { return now_.time_since_epoch().count() + jump_us_.load(); }
  Time now_;
  std::atomic<std::int64_t> jump_us_{0};
  std::atomic<std::int64_t> monotonic_ns_{0};
};

// RFC 3339 in UTC with microseconds: "2026-01-31T23:59:59.000001Z".
std::string FormatTime(Time time);
// Accepts RFC 3339 with 'Z' or a numeric offset and up to 6 fraction digits, years 1970 to 9999.
// No zone, an impossible date (02-30) or hour 24 is kInvalidArgument.
Result<Time> ParseTime(std::string_view text);

}  // namespace mooring
