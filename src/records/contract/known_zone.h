// IsKnownZone: whether this machine's IANA database has a time zone of that name. For refusing a
// contract where it is checked: serving could not count its days (serving/stop_limits/time_zone.h
// does that).
//
// Thread safety: any thread. Failure: false, also on a machine without a database. Cost: the first
// call reads the database's index, a zone's first its file.
#pragma once

#include <string_view>

namespace mooring::records {

bool IsKnownZone(std::string_view name);

}  // namespace mooring::records
