// The history of metrics, told from tracking.db: the blocks of a run and its latest point.
//
// Cost: all blocks of the run are walked, those of other keys stepped over; then one sort.
// Failure: kInvalidArgument for a page token that is none, kDataLoss for damaged blocks.
// Thread safety: as the session.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

// All points of one metric, by timestamp, step, value. An unknown run or key has none.
Result<std::vector<MetricPoint>> ReadHistory(Session& session, std::string_view run_id,
                                             std::string_view key);
// TrackingStore::MetricHistory.
Result<PageOf<Metric>> ReadHistoryPage(Session& session, std::string_view run_id,
                                       std::string_view key, std::size_t max_results,
                                       std::string_view page_token);

struct HistoryInterval {
  std::span<const std::string> run_ids;
  std::string_view key;
  std::optional<std::int64_t> from, to;  // steps, inclusive
  std::size_t max_results = 0;           // 0: all
};
// TrackingStore::MetricHistoryInterval.
Result<std::vector<Metric>> ReadHistoryInterval(Session& session, const HistoryInterval& asked);

}  // namespace mooring::records
