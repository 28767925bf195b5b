// Lets the windows of limits go on after the clock jumped (docs/LIMITS.md).
//
//   POST /api/v1/limits/thaw   {"reason", "author"?}
//
// It takes the permission to release, over every model: the windows are of all. 409 when they do
// not stand still.
#pragma once

#include "api/call.h"

namespace mooring::api {

void ThawLimits(const Call& call);

}  // namespace mooring::api
