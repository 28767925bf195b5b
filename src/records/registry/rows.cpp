#include "records/registry/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "records/registry/rules.h"

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

constexpr std::string_view kModelColumns =
    "name, owner_team, owner_person, purpose, created_us, contract_hash";
constexpr std::string_view kVersionColumns =
    "model, number, created_us, author, state, state_reason, artifact_blob, artifact_name, format, "
    "signature_json, source, training_data, metrics_json, golden_blob, reference_blob, "
    "contract_hash, validation_json, watch_blob";
// A route's revision is its model's: it counts changes of other aliases too.
constexpr std::string_view kRoutes =
    "SELECT d.model, d.champion, d.previous, d.contract_hash, m.revision FROM desired_revisions d "
    "JOIN models m ON m.name = d.model "
    "WHERE d.revision = (SELECT max(revision) FROM desired_revisions WHERE model = d.model)";

VersionNumber NumberOf(const Statement& row, int column) {
  return static_cast<VersionNumber>(row.Int(column));
}

ModelRecord ModelOf(const Statement& row) {
  return {row.String(0), row.String(1),      row.String(2),
          row.String(3), TimeOf(row.Int(4)), row.String(5)};
}

Result<VersionRecord> VersionOf(const Statement& row) {
  VersionRecord version;
  version.model = row.Text(0);
  version.number = NumberOf(row, 1);
  version.created = TimeOf(row.Int(2));
  version.author = row.Text(3);
  ASSIGN_OR_RETURN(version.state, ParseState(row.Text(4)));
  version.state_reason = row.Text(5);
  int column = 6;
  for (std::string* text :
       {&version.artifact_blob, &version.artifact_name, &version.format, &version.signature_json,
        &version.source, &version.training_data, &version.metrics_json, &version.golden_blob,
        &version.reference_blob, &version.contract_hash, &version.validation_json,
        &version.watch_blob}) {
    *text = row.Text(column++);
  }
  return version;
}

ModelRoute RouteOf(const Statement& row) {
  return {row.String(0), NumberOf(row, 1), NumberOf(row, 2), row.String(3),
          static_cast<std::uint64_t>(row.Int(4))};
}

// The first column of the first row, or 0.
template <typename... Values>
Result<std::int64_t> ReadInt(Database& db, std::string_view sql, const Values&... values) {
  ASSIGN_OR_RETURN(Statement read, db.Prepare(sql));
  RETURN_IF_ERROR(read.Start(values...));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  return found ? read.Int(0) : 0;
}

}  // namespace

Result<std::vector<ModelRecord>> ReadModels(Database& db) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare(fmt::format("SELECT {} FROM models ORDER BY name", kModelColumns)));
  std::vector<ModelRecord> models;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return models;
    models.push_back(ModelOf(read));
  }
}

Result<ModelRecord> ReadModel(Database& db, std::string_view name) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare(fmt::format("SELECT {} FROM models WHERE name = ?", kModelColumns)));
  RETURN_IF_ERROR(read.Start(name));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (found) return ModelOf(read);
  return Error(Code::kNotFound, fmt::format("no model '{}'", name.substr(0, limits::kNameBytes)))
      .Help("apply a contract to create it");
}

Result<std::uint64_t> ReadModelRevision(Database& db, std::string_view model) {
  ASSIGN_OR_RETURN(const std::int64_t revision,
                   ReadInt(db, "SELECT revision FROM models WHERE name = ?", model));
  return static_cast<std::uint64_t>(revision);
}

Result<std::vector<VersionRecord>> ReadVersions(Database& db, std::string_view model) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare(fmt::format("SELECT {} FROM versions WHERE model = ? ORDER BY number",
                                          kVersionColumns)));
  RETURN_IF_ERROR(read.Start(model));
  std::vector<VersionRecord> versions;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return versions;
    ASSIGN_OR_RETURN(VersionRecord version, VersionOf(read));
    versions.push_back(std::move(version));
  }
}

Result<VersionRecord> ReadVersion(Database& db, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare(fmt::format("SELECT {} FROM versions WHERE model = ? AND number = ?",
                                          kVersionColumns)));
  RETURN_IF_ERROR(read.Start(model, number));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (found) return VersionOf(read);
  return Error(Code::kNotFound,
               fmt::format("no version {} of '{}'", number, model.substr(0, limits::kNameBytes)));
}

Status InsertVersion(Database& db, const VersionRecord& v) {
  ASSIGN_OR_RETURN(Statement insert,
                   db.Prepare(fmt::format("INSERT INTO versions({}) "
                                          "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                                          kVersionColumns)));
  return insert.Run(v.model, v.number, MicrosOf(v.created), v.author, StateName(v.state),
                    v.state_reason, v.artifact_blob, v.artifact_name, v.format, v.signature_json,
                    v.source, v.training_data, v.metrics_json, v.golden_blob, v.reference_blob,
                    v.contract_hash, v.validation_json, v.watch_blob);
}

Result<VersionNumber> ReadAlias(Database& db, std::string_view model, std::string_view alias) {
  ASSIGN_OR_RETURN(
      const std::int64_t version,
      ReadInt(db, "SELECT version FROM aliases WHERE model = ? AND alias = ?", model, alias));
  return static_cast<VersionNumber>(version);
}

Result<std::vector<AliasChange>> ReadAliasHistory(Database& db, std::string_view model) {
  ASSIGN_OR_RETURN(
      Statement read,
      db.Prepare("SELECT model, alias, from_version, to_version, at_us, author, reason, revision, "
                 "forced, id AS place, 0 AS own FROM alias_changes WHERE model = ?1 UNION ALL "
                 "SELECT name, alias, from_version, to_version, at_us, author, reason, revision, "
                 "0, after_id, id FROM card_alias_changes WHERE name = ?1 ORDER BY place, own"));
  RETURN_IF_ERROR(read.Start(model));
  std::vector<AliasChange> history;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return history;
    history.push_back({read.String(0), read.String(1), NumberOf(read, 2), NumberOf(read, 3),
                       TimeOf(read.Int(4)), read.String(5), read.String(6),
                       static_cast<std::uint64_t>(read.Int(7)), read.Int(8) != 0});
  }
}

Status InsertAliasChange(Database& db, const AliasChange& c) {
  ASSIGN_OR_RETURN(
      Statement insert,
      db.Prepare("INSERT INTO alias_changes(model, alias, from_version, to_version, at_us, "
                 "author, reason, revision, forced) VALUES(?,?,?,?,?,?,?,?,?)"));
  return insert.Run(c.model, c.alias, c.from, c.to, MicrosOf(c.at), c.author, c.reason, c.revision,
                    c.forced);
}

Result<DesiredState> ReadDesired(Database& db) {
  DesiredState desired;
  ASSIGN_OR_RETURN(desired.revision, ReadDesiredRevision(db));
  ASSIGN_OR_RETURN(Statement read, db.Prepare(fmt::format("{} ORDER BY d.model", kRoutes)));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return desired;
    desired.routes.push_back(RouteOf(read));
  }
}

Result<ModelRoute> ReadRoute(Database& db, std::string_view model) {
  ASSIGN_OR_RETURN(Statement read, db.Prepare(fmt::format("{} AND d.model = ?", kRoutes)));
  RETURN_IF_ERROR(read.Start(model));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  return found ? RouteOf(read) : ModelRoute{.model = std::string(model)};
}

Result<std::uint64_t> ReadDesiredRevision(Database& db) {
  ASSIGN_OR_RETURN(const std::int64_t revision,
                   ReadInt(db, "SELECT coalesce(max(revision), 0) FROM desired_revisions"));
  return static_cast<std::uint64_t>(revision);
}

}  // namespace mooring::records
