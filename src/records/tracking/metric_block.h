// A block of metric points as it stands in tracking.db: up to some hundred points of one run,
// grouped by key, each group's times, steps and values as columns (docs/formats/tracking.md gives
// the bytes). For history that is written once, read by key and never changed.
//
//   std::string bytes = EncodeMetricBlock(points);   // sorts them
//   RETURN_IF_ERROR(ReadMetricOfBlock(AsBytes(bytes), key, found));
//
// Every bit of every double comes back, and every int64. Differences wrap around, so the extremes
// need no case of their own. Failure: bytes that are no block, or damaged, are kDataLoss; no bytes
// make it read or allocate out of bounds. Cost: about 10 ns a point each way; a group of another
// key is stepped over, not decoded.
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

inline constexpr std::size_t kMostBlockPoints = 8192;

// A point of the metric with this interned key, not negative.
struct KeyedPoint {
  std::int64_t key = 0;
  MetricPoint point;
};

// Sorts by key, then as history is told: timestamp, step, value. At most kMostBlockPoints.
std::string EncodeMetricBlock(std::vector<KeyedPoint>& points);
// In that order.
Result<std::vector<KeyedPoint>> DecodeMetricBlock(ByteSpan block);
// Appends the points of one key.
Status ReadMetricOfBlock(ByteSpan block, std::int64_t key, std::vector<MetricPoint>& points);

}  // namespace mooring::records
