// Metrics logged into tracking.db; metric_history.h tells them. The latest point of each metric
// stands in a row, all others in the run's blocks, each once.
//
// A point greater than the latest cannot be there already: only the others are looked for in the
// run's blocks. So logging forward costs one row and, from the second point of a metric on, the
// run's last block. Failure: kNotFound for a logged model that is not there, kDataLoss for damaged
// blocks. Thread safety: as the session.
#pragma once

#include <span>

#include "records/tracking/sqlite/run_rows.h"
#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

// A block of history grows to about a page of the file.
inline constexpr std::size_t kBlockBytes = 4000;

Status LogMetricsIn(Session& session, const RunRow& run, std::span<const Metric> metrics);

}  // namespace mooring::records
