#include "serving/stop_limits/time_zone.h"

#include <date/tz.h>

#include <exception>
#include <string>

namespace mooring::serving {

namespace chrono = std::chrono;

Result<TimeZone> TimeZone::Find(std::string_view name) {
  try {
    const date::tzdb& known = date::get_tzdb();
    if (known.zones.empty()) {
      return Error(Code::kFailedPrecondition, "this machine has no time zones")
          .Help("install the package tzdata");
    }
    const date::time_zone* zone = date::locate_zone(std::string(name));
    // A zone is read when it is first asked: here, where a damaged one can still be refused.
    zone->get_info(date::sys_seconds(chrono::seconds(0)));
    return TimeZone(zone);
  } catch (const std::exception&) {
    return Error(Code::kInvalidArgument,
                 "no time zone is called '" + std::string(name.substr(0, 64)) + "'")
        .Help("use a name of the IANA database, such as Europe/Berlin");
  }
}

chrono::local_days TimeZone::DayOf(chrono::sys_seconds at) const {
  const auto local = zone_->to_local(date::sys_seconds(at.time_since_epoch()));
  return chrono::local_days(chrono::floor<chrono::days>(local.time_since_epoch()));
}

chrono::sys_seconds TimeZone::Begin(chrono::local_days day) const {
  const date::local_seconds midnight(chrono::seconds(day.time_since_epoch()));
  return chrono::sys_seconds(zone_->to_sys(midnight, date::choose::earliest).time_since_epoch());
}

}  // namespace mooring::serving
