// Whole runs of a page, read by their numbers.
//
// Cost: about 15 µs a run of 23 metrics, params and tags. Memory: bounded by `bytes`; the page
// ends early when it is reached, but holds one run at least. Thread safety: as the session.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

// The first of `numbers`, as many as fit `bytes`. A number that no run has is kDataLoss.
Result<std::vector<Run>> ReadRuns(Session& session, std::span<const std::int64_t> numbers,
                                  std::size_t bytes);

}  // namespace mooring::records
