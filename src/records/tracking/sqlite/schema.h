// The tables of tracking.db (docs/formats/tracking.md): what stands where, for all that read or
// write them. Times are milliseconds since 1970 UTC.
//
// Keys (names of metrics, params and tags) are interned per experiment: keys(id, experiment, name).
// So `key` alone says the experiment, too, and an index that begins with it is a column of one
// experiment, in the order of its values:
//
//   latest_by_value(key, value, run)      a metric's latest values; value NULL is NaN
//   params_by_value(key, value, run)      likewise, texts
//   tags_by_value(key, value, run)
//
// Latest metrics are apart from history: `latest` holds of each (run, key) the greatest point by
// (step, timestamp, value), `history` holds all other points, each exactly once, in blocks of
// metric_block.h under id = (run << kBlockBits) + number. A stage is 0 active, 1 deleted. A status
// is the enumerator's number (tracked.h). Texts that are not there are ''; only start_ms, end_ms
// and deleted_ms can be NULL (and value, for NaN).
#pragma once

#include <span>
#include <string_view>

namespace mooring::records {

inline constexpr int kBlockBits = 20;  // of a block's number within its run

// The steps of Database::Migrate, oldest first.
std::span<const std::string_view> TrackingSchema();

}  // namespace mooring::records
