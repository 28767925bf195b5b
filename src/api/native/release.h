// POST /api/v1/decisions/{id}/release   {"reason"?}: the caller did not act on the decision, so
// what it spent of budgets is given back, once, into the window it came from
// (serving/stop_limits/limit_settlement.h). Answered when that is durable.
#pragma once

#include "api/call.h"

namespace mooring::api {

void ReleaseDecision(const Call& call);

}  // namespace mooring::api
