#include "records/registry/champions.h"

#include <fmt/format.h>

#include <string>

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

struct Entry {
  std::int64_t position = 0;
  VersionNumber version = 0;
};

// The newest entry under the champion that may serve and is another version; position 0: none.
Result<Entry> FindPrevious(Database& db, std::string_view model, bool serving) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare("SELECT s.position, s.version FROM champion_stack s "
                              "JOIN versions v ON v.model = s.model AND v.number = s.version "
                              "WHERE s.model = ?1 AND v.state = 'candidate' AND (NOT ?2 OR "
                              "  s.version <> (SELECT version FROM champion_stack WHERE model = ?1 "
                              "                ORDER BY position DESC LIMIT 1)) "
                              "ORDER BY s.position DESC LIMIT 1"));
  RETURN_IF_ERROR(read.Start(model, serving));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return Entry{};
  return Entry{read.Int(0), static_cast<VersionNumber>(read.Int(1))};
}

}  // namespace

Status PushChampion(Database& db, std::string_view model, VersionNumber version) {
  if (version == 0) return Ok();
  ASSIGN_OR_RETURN(Statement push,
                   db.Prepare("INSERT INTO champion_stack(model, position, version) "
                              "SELECT ?1, coalesce(max(position), 0) + 1, ?2 FROM champion_stack "
                              "WHERE model = ?1"));
  return push.Run(model, version);
}

Result<VersionNumber> PopChampion(Database& db, std::string_view model, bool serving) {
  ASSIGN_OR_RETURN(const Entry target, FindPrevious(db, model, serving));
  if (target.position == 0) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("'{}' has no champion before this one", model))
        .Help("promote a version instead");
  }
  ASSIGN_OR_RETURN(Statement pop,
                   db.Prepare("DELETE FROM champion_stack WHERE model = ? AND position > ?"));
  RETURN_IF_ERROR(pop.Run(model, target.position));
  return target.version;
}

Result<VersionNumber> PreviousChampion(Database& db, std::string_view model, bool serving) {
  ASSIGN_OR_RETURN(const Entry target, FindPrevious(db, model, serving));
  return target.version;
}

}  // namespace mooring::records
