// The first runs in an order of attributes alone: one reading of the experiments' runs that keeps
// the best so far, and sorts no others.
//
// Cost: about 0.25 µs a run of the experiments, and a comparison with the last of those kept.
// Memory: `count` runs. Thread safety: as the session.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "records/search/query.h"
#include "records/tracking/sqlite/run_filter.h"
#include "records/tracking/sqlite/session.h"

namespace mooring::records {

// `order`: attributes only; ties: the newest first, then by run_id.
Result<std::vector<std::int64_t>> BestRuns(Session& session, const RunScope& scope,
                                           const PassingRuns& passing,
                                           std::span<const search::SortKey> order,
                                           std::size_t count);

}  // namespace mooring::records
