#include "records/tracking/sqlite/run_attributes.h"

#include <fmt/format.h>

namespace mooring::records {

std::string_view ColumnOf(std::string_view attribute) {
  if (attribute == "start_time") return "start_ms";
  if (attribute == "end_time") return "end_ms";
  if (attribute == "run_id") return "uuid";
  if (attribute == "run_name") return "name";
  if (attribute == "user_id") return "user";
  return attribute;  // status, artifact_uri
}

std::string_view NameOf(RunStatus status) {
  switch (status) {
    case RunStatus::kRunning: return "RUNNING";
    case RunStatus::kScheduled: return "SCHEDULED";
    case RunStatus::kFinished: return "FINISHED";
    case RunStatus::kFailed: return "FAILED";
    case RunStatus::kKilled: return "KILLED";
  }
  return "";
}

Result<std::string> AttributeRows(Session& session, const RunScope& scope,
                                  std::span<const std::string_view> attributes) {
  std::string columns;
  bool covered = true;
  for (const std::string_view attribute : attributes) {
    const std::string_view column = ColumnOf(attribute);
    covered = covered && (column == "start_ms" || column == "uuid");
    columns += fmt::format(", {}", column);
  }
  const std::string inside =
      scope.experiments.size() == 1
          ? fmt::format("experiment = {}", scope.experiments.front())
          : fmt::format("experiment IN ({})", fmt::join(scope.experiments, ","));
  bool whole = false;
  if (!covered) {
    ASSIGN_OR_RETURN(Query count,
                     session.Ask(fmt::format("SELECT count(*) > (SELECT max(id) FROM runs) / 8 "
                                             "FROM runs WHERE {}",
                                             inside)));
    RETURN_IF_ERROR(count->Start());
    ASSIGN_OR_RETURN(const bool counted, count->Step());
    whole = counted && count->Int(0) != 0;
  }
  return fmt::format("SELECT id{} FROM runs{} WHERE {}", columns, whole ? " NOT INDEXED" : "",
                     inside);
}

bool PassesAttribute(const search::Condition& condition, const data::Statement& row) {
  if (condition.clause().numeric) {
    return !row.IsNull(1) && condition.PassesNumber(static_cast<double>(row.Int(1)));
  }
  const bool status = condition.clause().key == "status";
  return condition.PassesText(status ? NameOf(static_cast<RunStatus>(row.Int(1))) : row.Text(1));
}

}  // namespace mooring::records
