// What a limit bounds, in words for people: "10.00 to 95.50", "25% around the champion's", "100 in
// 1s, 20 at once". Thresholds are those in force where people may change them.
//
// Thread safety: pure.
#pragma once

#include <string>

#include "serving/stop_limits/limit_status.h"

namespace mooring::api {

std::string BoundsOf(const serving::LimitStatus& status);

}  // namespace mooring::api
