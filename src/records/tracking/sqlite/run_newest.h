// Runs from the newest: by start, descending, those without one last, then by id. The order that a
// search has by default and that breaks ties in any other.
//
// Cost: one walk of the index runs_newest an experiment and stage, as far as `count` runs that pass
// reach. Thread safety: as the session.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "records/tracking/sqlite/run_filter.h"
#include "records/tracking/sqlite/session.h"

namespace mooring::records {

using RunTest = std::function<bool(std::int64_t run)>;

// At most `count` runs of the scope that pass.
Result<std::vector<std::int64_t>> NewestRuns(Session& session, const RunScope& scope,
                                             const RunTest& passes, std::size_t count);
// All of `runs`, of the scope; few are looked up one by one.
Status SortNewest(Session& session, const RunScope& scope, std::vector<std::int64_t>& runs);

}  // namespace mooring::records
