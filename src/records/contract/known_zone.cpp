#include "records/contract/known_zone.h"

#include <date/tz.h>

#include <chrono>
#include <exception>
#include <string>

namespace mooring::records {

bool IsKnownZone(std::string_view name) {
  try {
    const date::time_zone* const zone = date::locate_zone(std::string(name));
    // A zone is read when it is first asked: a damaged one is none.
    zone->get_info(date::sys_seconds(std::chrono::seconds(0)));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace mooring::records
