// Runs as they stand in tracking.db, found and read whole or in part.
//
// Failure: kNotFound "Run with id=… not found", kInvalidArgument for a run that must be active.
// Thread safety: as the session.
#pragma once

#include <cstdint>
#include <string_view>

#include "records/tracking/sqlite/session.h"
#include "records/tracking/tracked.h"

namespace mooring::records {

struct RunRow {
  std::int64_t number = 0, experiment = 0;
  bool deleted = false;
};

Result<RunRow> FindRun(Session& session, std::string_view run_id);
Result<RunRow> FindActiveRun(Session& session, std::string_view run_id);

// What RunHeaderOf reads, in its order: SELECT <kRunColumns> FROM runs ….
inline constexpr std::string_view kRunColumns =
    "runs.id, uuid, runs.experiment, name, user, artifact_uri, status, runs.stage, start_ms, "
    "end_ms";
// The header in the current row of such a query; its column 0 is the run's number.
RunHeader RunHeaderOf(const data::Statement& row);

// A metric's value in a column: NULL is NaN.
double ValueOf(const data::Statement& row, int column);
// Rows (key, value) of a query with the parameter `number`, by the key's name.
Status FillKeyValues(Session& session, std::string_view sql, std::int64_t number,
                     std::vector<KeyValue>& texts);

Result<RunHeader> ReadRunHeader(Session& session, std::int64_t run);
// Everything of a run but its header: latest metrics, params, tags, inputs and outputs.
Status FillRun(Session& session, std::int64_t number, Run& run);
Result<Run> ReadRun(Session& session, std::string_view run_id);

}  // namespace mooring::records
