#include "records/catalogue/cards.h"

#include <fmt/format.h>

#include <algorithm>

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

// The first column of the first row, or 0.
template <typename... Values>
Result<std::int64_t> ReadInt(Database& db, std::string_view sql, const Values&... values) {
  ASSIGN_OR_RETURN(Statement read, db.Prepare(sql));
  RETURN_IF_ERROR(read.Start(values...));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  return found ? read.Int(0) : 0;
}

template <typename... Values>
Status RunSql(Database& db, std::string_view sql, const Values&... values) {
  ASSIGN_OR_RETURN(Statement statement, db.Prepare(sql));
  return statement.Run(values...);
}

}  // namespace

Status KeepModelCard(Database& db, const ModelRecord& model, Time now) {
  return RunSql(db,
                "INSERT INTO cards(name, user, description, created_ms, updated_ms) "
                "VALUES(?1, ?2, ?3, ?4, ?4) ON CONFLICT(name) DO UPDATE SET gone = 0",
                model.name, model.owner_person, model.purpose, MillisOf(now));
}

Status KeepVersionCard(Database& db, const VersionRecord& version) {
  const Millis now = MillisOf(version.created);
  RETURN_IF_ERROR(
      RunSql(db,
             "INSERT OR IGNORE INTO card_versions(name, number, user, description, source, run_id, "
             "run_link, model_id, created_ms, updated_ms) VALUES(?1,?2,?3,'',?4,'','','',?5,?5)",
             version.model, version.number, version.author, version.source, now));
  return RunSql(db, "UPDATE cards SET updated_ms = ?2, gone = 0 WHERE name = ?1", version.model,
                now);
}

Result<VersionNumber> TakeVersionNumber(Database& db, std::string_view model) {
  RETURN_IF_ERROR(RunSql(db,
                         "UPDATE cards SET last_version = 1 + max(last_version, coalesce((SELECT "
                         "last_version FROM models WHERE name = ?1), 0)) WHERE name = ?1",
                         model));
  ASSIGN_OR_RETURN(const std::int64_t number,
                   ReadInt(db, "SELECT last_version FROM cards WHERE name = ?", model));
  if (number == 0) return Error(Code::kInternal, "a model without a card takes a number");
  RETURN_IF_ERROR(RunSql(db, "UPDATE models SET last_version = ?2 WHERE name = ?1", model, number));
  return static_cast<VersionNumber>(number);
}

Status CheckReserved(Database& db, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(
      const std::int64_t native,
      ReadInt(db, "SELECT 1 FROM versions WHERE model = ? AND number = ?", model, number));
  if (native != 0) {
    return Error(Code::kAlreadyExists,
                 fmt::format("version {} of '{}' is registered already", number, model));
  }
  ASSIGN_OR_RETURN(
      const std::int64_t reserved,
      ReadInt(db, "SELECT 1 FROM card_versions WHERE name = ? AND number = ? AND deleted_ms = 0",
              model, number));
  if (reserved != 0) return Ok();
  return Error(Code::kNotFound, fmt::format("no version {} of '{}'", number, model));
}

Status CheckNotDeleted(Database& db, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(const std::int64_t deleted,
                   ReadInt(db, "SELECT deleted_ms FROM card_versions WHERE name = ? AND number = ?",
                           model, number));
  if (deleted == 0) return Ok();
  return Error(Code::kFailedPrecondition,
               fmt::format("version {} of '{}' was deleted", number, model))
      .Help("register it again; it gets a new number");
}

Result<VersionNumber> ReadPointer(Database& db, std::string_view model, std::string_view alias) {
  ASSIGN_OR_RETURN(
      const std::int64_t number,
      ReadInt(db, "SELECT number FROM card_aliases WHERE name = ? AND alias = ?", model, alias));
  return static_cast<VersionNumber>(number);
}

Result<VersionNumber> TakePointer(Database& db, std::string_view model, std::string_view alias) {
  ASSIGN_OR_RETURN(const VersionNumber number, ReadPointer(db, model, alias));
  if (number != 0) {
    RETURN_IF_ERROR(
        RunSql(db, "DELETE FROM card_aliases WHERE name = ? AND alias = ?", model, alias));
  }
  return number;
}

Result<Time> NextHistoryTime(Database& db, std::string_view model, Time now) {
  // The last change of each alias, by the index: histories grow with every retraining.
  const auto newest_of = [&](std::string_view table, std::string_view name) {
    return ReadInt(db,
                   fmt::format("WITH RECURSIVE a(alias) AS (SELECT min(alias) FROM {0} WHERE {1} = "
                               "?1 UNION ALL SELECT (SELECT min(alias) FROM {0} WHERE {1} = ?1 AND "
                               "alias > a.alias) FROM a WHERE a.alias IS NOT NULL) SELECT "
                               "max((SELECT at_us FROM {0} WHERE {1} = ?1 AND alias = a.alias "
                               "ORDER BY id DESC LIMIT 1)) FROM a",
                               table, name),
                   model);
  };
  ASSIGN_OR_RETURN(const std::int64_t native, newest_of("alias_changes", "model"));
  ASSIGN_OR_RETURN(const std::int64_t pointers, newest_of("card_alias_changes", "name"));
  const std::int64_t newest = std::max(native, pointers);
  return std::max(now, Time(Micros(newest)));
}

}  // namespace mooring::records
