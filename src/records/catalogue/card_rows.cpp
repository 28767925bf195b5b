#include "records/catalogue/card_rows.h"

#include <fmt/format.h>

#include <utility>

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

constexpr std::string_view kModelColumns =
    "c.name, c.user, c.description, c.created_ms, c.updated_ms, "
    "EXISTS(SELECT 1 FROM models m WHERE m.name = c.name AND m.contract_hash <> '')";
constexpr std::string_view kVersionColumns =
    "v.name, v.number, v.user, v.description, v.source, v.run_id, v.run_link, v.model_id, v.stage, "
    "v.created_ms, v.updated_ms, "
    "EXISTS(SELECT 1 FROM versions n WHERE n.model = v.name AND n.number = v.number)";

RegisteredModel ModelOf(const Statement& row) {
  RegisteredModel model;
  model.name = row.Text(0);
  model.user = row.Text(1);
  model.description = row.Text(2);
  model.created = row.Int(3);
  model.updated = row.Int(4);
  model.has_contract = row.Int(5) != 0;
  return model;
}

ModelVersion VersionOf(const Statement& row) {
  ModelVersion version;
  version.model = row.Text(0);
  version.number = static_cast<VersionNumber>(row.Int(1));
  int column = 2;
  for (std::string* text : {&version.user, &version.description, &version.source, &version.run_id,
                            &version.run_link, &version.model_id}) {
    *text = row.Text(column++);
  }
  version.stage = static_cast<Stage>(row.Int(8));
  version.created = row.Int(9);
  version.updated = row.Int(10);
  version.native = row.Int(11) != 0;
  return version;
}

// Every row of a query that was started, as `read` makes it.
template <typename Read>
auto RowsOf(Statement& statement, const Read& read)
    -> Result<std::vector<decltype(read(statement))>> {
  std::vector<decltype(read(statement))> rows;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, statement.Step());
    if (!more) return rows;
    rows.push_back(read(statement));
  }
}

KeyValue TagOf(const Statement& row) { return {row.String(0), row.String(1)}; }

Error NoModel(std::string_view name) {
  return Error(Code::kNotFound, fmt::format("Registered Model with name={} not found", name));
}
Error NoVersion(std::string_view model, VersionNumber number) {
  return Error(Code::kNotFound,
               fmt::format("Model Version (name={}, version={}) not found", model, number));
}

template <typename... Values>
Result<bool> Exists(Database& db, std::string_view sql, const Values&... values) {
  ASSIGN_OR_RETURN(Statement read, db.Prepare(sql));
  RETURN_IF_ERROR(read.Start(values...));
  return read.Step();
}

// The newest version of each stage; see RegisteredModel::latest.
Result<std::vector<VersionNumber>> ReadLatest(Database& db, std::string_view model) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare("SELECT max(number) FROM card_versions WHERE name = ? AND "
                              "deleted_ms = 0 GROUP BY stage ORDER BY min(number)"));
  RETURN_IF_ERROR(read.Start(model));
  return RowsOf(read, [](const Statement& row) { return static_cast<VersionNumber>(row.Int(0)); });
}

void AddAliasesOf(const AliasMap& aliases, ModelVersion& version) {
  for (const auto& [alias, number] : aliases) {
    if (number == version.number) version.aliases.push_back(alias);
  }
}

// Tags and aliases of one version.
Status Complete(Database& db, const AliasMap& aliases, ModelVersion& version) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare("SELECT key, value FROM card_version_tags WHERE name = ? AND "
                              "number = ? ORDER BY key"));
  RETURN_IF_ERROR(read.Start(version.model, version.number));
  ASSIGN_OR_RETURN(version.tags, RowsOf(read, TagOf));
  AddAliasesOf(aliases, version);
  return Ok();
}

Result<ModelVersion> ReadVersionWith(Database& db, const AliasMap& aliases, std::string_view model,
                                     VersionNumber number) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare(fmt::format("SELECT {} FROM card_versions v JOIN cards c ON c.name = "
                                          "v.name WHERE v.name = ? AND v.number = ? AND "
                                          "v.deleted_ms = 0 AND c.gone = 0",
                                          kVersionColumns)));
  RETURN_IF_ERROR(read.Start(model, number));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return NoVersion(model, number);
  ModelVersion version = VersionOf(read);
  RETURN_IF_ERROR(Complete(db, aliases, version));
  return version;
}

Status Complete(Database& db, RegisteredModel& model) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare("SELECT key, value FROM card_tags WHERE name = ? ORDER BY key"));
  RETURN_IF_ERROR(read.Start(model.name));
  ASSIGN_OR_RETURN(model.tags, RowsOf(read, TagOf));
  ASSIGN_OR_RETURN(const AliasMap aliases, ReadAllAliases(db, model.name));
  model.aliases.assign(aliases.begin(), aliases.end());
  ASSIGN_OR_RETURN(const std::vector<VersionNumber> latest, ReadLatest(db, model.name));
  for (const VersionNumber number : latest) {
    ASSIGN_OR_RETURN(ModelVersion version, ReadVersionWith(db, aliases, model.name, number));
    model.latest.push_back(std::move(version));
  }
  return Ok();
}

}  // namespace

Status CheckModelCard(Database& db, std::string_view name) {
  ASSIGN_OR_RETURN(const bool found,
                   Exists(db, "SELECT 1 FROM cards WHERE name = ? AND gone = 0", name));
  return found ? Ok() : Status(NoModel(name));
}

Status CheckVersionCard(Database& db, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(
      const bool found,
      Exists(db, "SELECT 1 FROM card_versions WHERE name = ? AND number = ? AND deleted_ms = 0",
             model, number));
  return found ? Ok() : Status(NoVersion(model, number));
}

Result<RegisteredModel> ReadModelCard(Database& db, std::string_view name) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare(fmt::format("SELECT {} FROM cards c WHERE c.name = ? AND c.gone = 0",
                                          kModelColumns)));
  RETURN_IF_ERROR(read.Start(name));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return NoModel(name);
  RegisteredModel model = ModelOf(read);
  RETURN_IF_ERROR(Complete(db, model));
  return model;
}

Result<std::vector<RegisteredModel>> ReadTaggedModels(Database& db, std::string_view only) {
  const std::string_view where = only.empty() ? "" : "c.name = ?1 AND";
  ASSIGN_OR_RETURN(Statement read, db.Prepare(fmt::format(
                                       "SELECT {} FROM cards c WHERE {} c.gone = 0 ORDER BY c.name",
                                       kModelColumns, where)));
  if (!only.empty()) RETURN_IF_ERROR(read.Start(only));
  ASSIGN_OR_RETURN(std::vector<RegisteredModel> models, RowsOf(read, ModelOf));
  ASSIGN_OR_RETURN(Statement tags, db.Prepare(fmt::format("SELECT c.name, c.key, c.value FROM "
                                                          "card_tags c WHERE {} 1 ORDER BY 1, 2",
                                                          where)));
  if (!only.empty()) RETURN_IF_ERROR(tags.Start(only));
  auto model = models.begin();
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, tags.Step());
    if (!more) return models;
    while (model != models.end() && model->name < tags.Text(0)) ++model;
    if (model == models.end() || model->name != tags.Text(0)) continue;
    model->tags.push_back({tags.String(1), tags.String(2)});
  }
}

Result<ModelVersion> ReadVersionCard(Database& db, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(const AliasMap aliases, ReadAllAliases(db, model));
  return ReadVersionWith(db, aliases, model, number);
}

Result<std::vector<ModelVersion>> ReadTaggedVersions(Database& db, std::string_view only) {
  const std::string_view where = only.empty() ? "" : "v.name = ?1 AND";
  ASSIGN_OR_RETURN(
      Statement read,
      db.Prepare(fmt::format("SELECT {} FROM card_versions v JOIN cards c ON c.name = v.name WHERE "
                             "{} v.deleted_ms = 0 AND c.gone = 0 ORDER BY v.name, v.number",
                             kVersionColumns, where)));
  if (!only.empty()) RETURN_IF_ERROR(read.Start(only));
  ASSIGN_OR_RETURN(std::vector<ModelVersion> versions, RowsOf(read, VersionOf));
  ASSIGN_OR_RETURN(Statement tags,
                   db.Prepare(fmt::format("SELECT v.name, v.number, v.key, v.value FROM "
                                          "card_version_tags v WHERE {} 1 ORDER BY 1, 2, 3",
                                          where)));
  if (!only.empty()) RETURN_IF_ERROR(tags.Start(only));
  auto version = versions.begin();
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, tags.Step());
    if (!more) return versions;
    const std::pair<std::string_view, VersionNumber> owner(tags.Text(0),
                                                           static_cast<VersionNumber>(tags.Int(1)));
    const auto key = [](const ModelVersion& each) {
      return std::pair<std::string_view, VersionNumber>(each.model, each.number);
    };
    while (version != versions.end() && key(*version) < owner) ++version;
    if (version == versions.end() || key(*version) != owner) continue;
    version->tags.push_back({tags.String(2), tags.String(3)});
  }
}

Result<std::vector<VersionName>> ReadRegisteredFrom(Database& db, std::string_view logged_model) {
  if (logged_model.empty()) return std::vector<VersionName>();
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare("SELECT v.name, v.number FROM card_versions v JOIN cards c ON c.name "
                              "= v.name WHERE v.model_id = ? AND v.model_id <> '' AND v.deleted_ms "
                              "= 0 AND c.gone = 0 ORDER BY v.name, v.number"));
  RETURN_IF_ERROR(read.Start(logged_model));
  return RowsOf(read, [](const Statement& row) {
    return VersionName{row.String(0), static_cast<VersionNumber>(row.Int(1))};
  });
}

Status AddAliases(Database& db, std::span<ModelVersion> versions) {
  std::map<std::string, AliasMap, std::less<>> of_models;
  for (ModelVersion& version : versions) {
    auto known = of_models.find(version.model);
    if (known == of_models.end()) {
      ASSIGN_OR_RETURN(AliasMap aliases, ReadAllAliases(db, version.model));
      known = of_models.emplace(version.model, std::move(aliases)).first;
    }
    AddAliasesOf(known->second, version);
  }
  return Ok();
}

Result<AliasMap> ReadAllAliases(Database& db, std::string_view model) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare("SELECT alias, version FROM aliases WHERE model = ?1 UNION ALL "
                              "SELECT alias, number FROM card_aliases WHERE name = ?1"));
  RETURN_IF_ERROR(read.Start(model));
  AliasMap aliases;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return aliases;
    aliases.emplace(read.String(0), static_cast<VersionNumber>(read.Int(1)));
  }
}

Result<VersionNumber> ReadNewest(Database& db, std::string_view model) {
  ASSIGN_OR_RETURN(Statement read,
                   db.Prepare("SELECT coalesce(max(number), 0) FROM card_versions WHERE name = ? "
                              "AND deleted_ms = 0"));
  RETURN_IF_ERROR(read.Start(model));
  RETURN_IF_ERROR(read.Step());
  return static_cast<VersionNumber>(read.Int(0));
}

Result<bool> IsNative(Database& db, std::string_view model, VersionNumber number) {
  return Exists(db, "SELECT 1 FROM versions WHERE model = ? AND number = ?", model, number);
}

Result<bool> HasContract(Database& db, std::string_view model) {
  return Exists(db, "SELECT 1 FROM models WHERE name = ? AND contract_hash <> ''", model);
}

}  // namespace mooring::records
