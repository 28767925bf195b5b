// The first runs of a search in its order, as numbers of tracking.db.
//
// A first key that runs log (a metric, param or tag) is walked along its index, which is in the
// order of its values, and no further than the page needs; the keys behind it sort what ties. Few
// runs (RunScope::few) are looked up one by one. An order of attributes reads the runs once and
// keeps the first (run_best.h). Any other reads the column of each of its keys whole: 9 bytes a run
// and key.
//
// Order: of the keys; what is missing comes last and NaN just before it, in both directions.
// Thread safety: as the session.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "records/search/query.h"
#include "records/tracking/sqlite/run_filter.h"
#include "records/tracking/sqlite/session.h"

namespace mooring::records {

// `order` is complete (search/order.h): no two runs tie. At most `count` runs.
Result<std::vector<std::int64_t>> FirstRuns(Session& session, const RunScope& scope,
                                            const PassingRuns& passing,
                                            std::span<const search::SortKey> order,
                                            std::size_t count);

}  // namespace mooring::records
