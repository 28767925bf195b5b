// GET /api/v1/limits[?model=]: every limit of the contracts that answer: what it is, the threshold
// in force, what is used of it, since when it is shut, when it opens by itself. Of budgets divided
// by keys or callers only that they are; no key is told.
//
// Changing them is in changes.h. Amounts are exact decimals, as texts.
#pragma once

#include "api/call.h"
#include "api/metrics/exposition.h"

namespace mooring::api {

void ListLimits(const Call& call);

// Gauges of limits and of kills in force.
void WriteLimits(const Api& api, Exposition& out);

}  // namespace mooring::api
