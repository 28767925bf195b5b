// The blocks of a run's history in tracking.db. The last one grows until it is full.
//
// Failure: kDataLoss for damaged blocks, kResourceExhausted past a million blocks of one run.
// Thread safety: as the session.
#pragma once

#include <cstdint>
#include <vector>

#include "records/tracking/metric_block.h"
#include "records/tracking/sqlite/session.h"

namespace mooring::records {

// Adds points that are not there yet.
Status AppendHistory(Session& session, std::int64_t run, std::vector<KeyedPoint> points);
// Appends all of one key, in no order.
Status ReadBlocks(Session& session, std::int64_t run, std::int64_t key,
                  std::vector<MetricPoint>& points);

// `points` as blocks of at most `most_bytes` each, as even as can be; one point may be more.
std::vector<std::string> SplitIntoBlocks(std::vector<KeyedPoint> points, std::size_t most_bytes);

}  // namespace mooring::records
