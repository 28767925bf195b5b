// TimeZone: which local day a moment belongs to, and when a local day begins, by the machine's IANA
// time zone database. Use it for windows that follow a calendar; durations need no zone.
//
// A day lasts 23, 24 or 25 hours, or what the zone's law says. Where midnight does not exist, the
// day begins with the moment after the gap; where it happens twice, with the first.
//
// Failure: a name that the database does not know is kInvalidArgument, a machine without a database
// kFailedPrecondition, both from Find alone. Zones are known up to 2037; later days keep the last
// offset. Thread safety: values, any thread. Cost: about 0.2 µs a call.
#pragma once

#include <chrono>
#include <string_view>

#include "base/result.h"

namespace date {
class time_zone;
}

namespace mooring::serving {

class TimeZone {
 public:
  static Result<TimeZone> Find(std::string_view name);

  std::chrono::local_days DayOf(std::chrono::sys_seconds at) const;
  std::chrono::sys_seconds Begin(std::chrono::local_days day) const;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;  // of the database, which lives as long as the program
};

}  // namespace mooring::serving
