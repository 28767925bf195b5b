#include "records/tracking/sqlite/run_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "records/tracking/sqlite/inputs.h"

namespace mooring::records {
namespace {

using data::Statement;

// Sorted before the wide Metric is made: moving those about would cost most.
struct Named {
  std::string_view key;
  MetricPoint point;
};

Status FillMetrics(Session& session, std::int64_t number, std::vector<Metric>& metrics) {
  ASSIGN_OR_RETURN(Query read, session.Ask("SELECT key, value, timestamp, step FROM latest "
                                           "WHERE run = ?"));
  RETURN_IF_ERROR(read->Start(number));
  std::vector<Named> found;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, read->Step());
    if (!more) break;
    ASSIGN_OR_RETURN(const std::string_view key, session.KeyText(read->Int(0)));
    found.push_back({key, {ValueOf(*read, 1), read->Int(2), read->Int(3)}});
  }
  std::sort(found.begin(), found.end(),
            [](const Named& a, const Named& b) { return a.key < b.key; });
  metrics.resize(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    static_cast<MetricPoint&>(metrics[i]) = found[i].point;
    metrics[i].key = found[i].key;
  }
  return Ok();
}

}  // namespace

double ValueOf(const Statement& row, int column) {
  return row.IsNull(column) ? std::numeric_limits<double>::quiet_NaN() : row.Real(column);
}

Status FillKeyValues(Session& session, std::string_view sql, std::int64_t number,
                     std::vector<KeyValue>& texts) {
  ASSIGN_OR_RETURN(Query read, session.Ask(sql));
  RETURN_IF_ERROR(read->Start(number));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, read->Step());
    if (!more) break;
    ASSIGN_OR_RETURN(std::string key, session.KeyName(read->Int(0)));
    texts.push_back({std::move(key), read->String(1)});
  }
  std::sort(texts.begin(), texts.end(),
            [](const KeyValue& a, const KeyValue& b) { return a.key < b.key; });
  return Ok();
}

Result<RunRow> FindRun(Session& session, std::string_view run_id) {
  ASSIGN_OR_RETURN(Query find,
                   session.Ask("SELECT id, experiment, stage FROM runs WHERE uuid = ?"));
  RETURN_IF_ERROR(find->Start(run_id));
  ASSIGN_OR_RETURN(const bool found, find->Step());
  if (found) return RunRow{find->Int(0), find->Int(1), find->Int(2) != 0};
  return Error(Code::kNotFound, fmt::format("Run with id={} not found", run_id));
}

Result<RunRow> FindActiveRun(Session& session, std::string_view run_id) {
  ASSIGN_OR_RETURN(const RunRow run, FindRun(session, run_id));
  if (!run.deleted) return run;
  return Error(
      Code::kInvalidArgument,
      fmt::format("The run {} must be in the 'active' state. Current state is deleted.", run_id));
}

RunHeader RunHeaderOf(const Statement& row) {
  RunHeader header;
  header.id = row.String(1);
  header.experiment_id = std::to_string(row.Int(2));
  header.name = row.String(3);
  header.user_id = row.String(4);
  header.artifact_uri = row.String(5);
  header.status = static_cast<RunStatus>(row.Int(6));
  header.stage = row.Int(7) == 0 ? Lifecycle::kActive : Lifecycle::kDeleted;
  if (!row.IsNull(8)) header.start = row.Int(8);
  if (!row.IsNull(9)) header.end = row.Int(9);
  return header;
}

Result<RunHeader> ReadRunHeader(Session& session, std::int64_t run) {
  static const std::string sql = fmt::format("SELECT {} FROM runs WHERE id = ?", kRunColumns);
  ASSIGN_OR_RETURN(Query read, session.Ask(sql));
  RETURN_IF_ERROR(read->Start(run));
  ASSIGN_OR_RETURN(const bool found, read->Step());
  if (!found) return Error(Code::kDataLoss, fmt::format("no run {} in tracking.db", run));
  return RunHeaderOf(*read);
}

Status FillRun(Session& session, std::int64_t number, Run& run) {
  RETURN_IF_ERROR(FillMetrics(session, number, run.metrics));
  RETURN_IF_ERROR(
      FillKeyValues(session, "SELECT key, value FROM params WHERE run = ?", number, run.params));
  RETURN_IF_ERROR(
      FillKeyValues(session, "SELECT key, value FROM tags WHERE run = ?", number, run.tags));
  return FillInputs(session, number, run);
}

Result<Run> ReadRun(Session& session, std::string_view run_id) {
  ASSIGN_OR_RETURN(const RunRow row, FindRun(session, run_id));
  Run run;
  ASSIGN_OR_RETURN(run.info, ReadRunHeader(session, row.number));
  RETURN_IF_ERROR(FillRun(session, row.number, run));
  return run;
}

}  // namespace mooring::records
