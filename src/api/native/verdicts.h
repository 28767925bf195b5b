// What the watch found: GET /api/v1/models/{m}/verdicts[?limit=N], newest first, 100 unless told,
// at most 1000. Each with its window, rows, verdict and the figures behind it.
#pragma once

#include "api/call.h"

namespace mooring::api {

void ListVerdicts(const Call& call);

// `limit` of a query: a number from 1 to `most`, `usual` when absent.
Result<std::size_t> LimitOf(const Call& call, std::size_t usual, std::size_t most);

}  // namespace mooring::api
