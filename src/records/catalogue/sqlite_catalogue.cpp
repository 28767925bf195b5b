#include "records/catalogue/sqlite_catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "records/catalogue/card_changes.h"
#include "records/catalogue/card_rows.h"
#include "records/catalogue/card_search.h"
#include "records/catalogue/cards.h"
#include "records/catalogue/pointers.h"
#include "records/registry/rows.h"
#include "records/registry/rules.h"
#include "records/registry/schema.h"
#include "records/registry/session.h"

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

// Of changes that no history keeps.
const Change kUnsaid{.author = "client", .reason = "", .if_revision = {}};

template <typename... Values>
Status RunSql(Database& db, std::string_view sql, const Values&... values) {
  ASSIGN_OR_RETURN(Statement statement, db.Prepare(sql));
  return statement.Run(values...);
}

}  // namespace

SqliteCatalogue::SqliteCatalogue(Database writer, Database reader, const Clock& clock, int attempts)
    : clock_(clock), attempts_(attempts), writer_(std::move(writer)), reader_(std::move(reader)) {}

template <typename Work>
auto SqliteCatalogue::Once(const Change& change, const Work& work)
    -> decltype(work(std::declval<const ChangeContext&>())) {
  ASSIGN_OR_RETURN(data::Transaction transaction, data::Transaction::Begin(writer_));
  auto result = work(ChangeContext{writer_, change, clock_.Now()});
  if (!result.ok()) return result;
  RETURN_IF_ERROR(transaction.Commit());
  return result;
}

template <typename Work>
auto SqliteCatalogue::Write(const Change& change, const Work& work)
    -> decltype(work(std::declval<const ChangeContext&>())) {
  const std::lock_guard lock(write_mutex_);
  return Patiently(attempts_, [&] { return Once(change, work); });
}

template <typename Work>
auto SqliteCatalogue::Read(const Work& work) -> decltype(work(std::declval<Database&>())) {
  const std::lock_guard lock(read_mutex_);
  return Patiently(attempts_, [&]() -> decltype(work(reader_)) {
    ASSIGN_OR_RETURN(const ReadSnapshot snapshot, ReadSnapshot::Begin(reader_));
    return work(reader_);
  });
}

Result<RegisteredModel> SqliteCatalogue::CreateModel(const NewRegisteredModel& model) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Result<RegisteredModel> {
    RETURN_IF_ERROR(CreateModelIn(context, model));
    return ReadModelCard(context.db, model.name);
  });
}

Result<RegisteredModel> SqliteCatalogue::Model(std::string_view name) {
  return Read([&](Database& db) { return ReadModelCard(db, name); });
}

Result<RegisteredModel> SqliteCatalogue::DescribeModel(std::string_view name,
                                                       std::string_view description) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Result<RegisteredModel> {
    RETURN_IF_ERROR(DescribeModelIn(context, name, description));
    return ReadModelCard(context.db, name);
  });
}

Result<RegisteredModel> SqliteCatalogue::RenameModel(std::string_view name, std::string_view to) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Result<RegisteredModel> {
    RETURN_IF_ERROR(RenameModelIn(context, name, to));
    return ReadModelCard(context.db, to);
  });
}

Status SqliteCatalogue::DeleteModel(std::string_view name, const Change& change) {
  RETURN_IF_ERROR(CheckChange(change, false));
  return Write(change, [&](const ChangeContext& context) { return DeleteModelIn(context, name); });
}

Status SqliteCatalogue::SetModelTag(std::string_view name, const KeyValue& tag) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Status {
    RETURN_IF_ERROR(CheckModelCard(context.db, name));
    return RunSql(context.db, "INSERT OR REPLACE INTO card_tags(name, key, value) VALUES(?,?,?)",
                  name, tag.key, tag.value);
  });
}

Status SqliteCatalogue::DeleteModelTag(std::string_view name, std::string_view key) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Status {
    RETURN_IF_ERROR(CheckModelCard(context.db, name));
    return RunSql(context.db, "DELETE FROM card_tags WHERE name = ? AND key = ?", name, key);
  });
}

Result<PageOf<RegisteredModel>> SqliteCatalogue::SearchModels(const CardSearch& search) {
  return Read([&](Database& db) { return SearchModelCards(db, search); });
}

Result<PageOf<ModelVersion>> SqliteCatalogue::SearchVersions(const CardSearch& search) {
  return Read([&](Database& db) { return SearchVersionCards(db, search); });
}

Result<std::vector<VersionName>> SqliteCatalogue::RegisteredFrom(std::string_view logged_model) {
  return Read([&](Database& db) { return ReadRegisteredFrom(db, logged_model); });
}

Result<ModelVersion> SqliteCatalogue::CreateVersion(const NewModelVersion& version) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Result<ModelVersion> {
    ASSIGN_OR_RETURN(const VersionNumber number, CreateVersionIn(context, version));
    return ReadVersionCard(context.db, version.model, number);
  });
}

Result<ModelVersion> SqliteCatalogue::Version(std::string_view model, VersionNumber number) {
  return Read([&](Database& db) { return ReadVersionCard(db, model, number); });
}

Result<ModelVersion> SqliteCatalogue::DescribeVersion(std::string_view model, VersionNumber number,
                                                      std::string_view description) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Result<ModelVersion> {
    RETURN_IF_ERROR(DescribeVersionIn(context, model, number, description));
    return ReadVersionCard(context.db, model, number);
  });
}

Status SqliteCatalogue::DeleteVersion(std::string_view model, VersionNumber number,
                                      const Change& change) {
  RETURN_IF_ERROR(CheckChange(change, false));
  return Write(change, [&](const ChangeContext& context) {
    return DeleteVersionIn(context, model, number);
  });
}

Result<ModelVersion> SqliteCatalogue::SetStage(std::string_view model, VersionNumber number,
                                               Stage stage, bool archive) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Result<ModelVersion> {
    RETURN_IF_ERROR(SetStageIn(context, model, number, {.to = stage, .archive = archive}));
    return ReadVersionCard(context.db, model, number);
  });
}

Status SqliteCatalogue::SetVersionTag(std::string_view model, VersionNumber number,
                                      const KeyValue& tag) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Status {
    RETURN_IF_ERROR(CheckVersionCard(context.db, model, number));
    return RunSql(context.db,
                  "INSERT OR REPLACE INTO card_version_tags(name, number, key, value) "
                  "VALUES(?,?,?,?)",
                  model, number, tag.key, tag.value);
  });
}

Status SqliteCatalogue::DeleteVersionTag(std::string_view model, VersionNumber number,
                                         std::string_view key) {
  return Write(kUnsaid, [&](const ChangeContext& context) -> Status {
    RETURN_IF_ERROR(CheckVersionCard(context.db, model, number));
    return RunSql(context.db,
                  "DELETE FROM card_version_tags WHERE name = ? AND number = ? AND key = ?", model,
                  number, key);
  });
}

Result<std::vector<ModelVersion>> SqliteCatalogue::Versions(std::string_view model) {
  return Read([&](Database& db) -> Result<std::vector<ModelVersion>> {
    ASSIGN_OR_RETURN(std::vector<ModelVersion> versions, ReadTaggedVersions(db, model));
    RETURN_IF_ERROR(AddAliases(db, versions));
    return versions;
  });
}

Result<ModelVersion> SqliteCatalogue::VersionOf(std::string_view model, std::string_view alias) {
  return Read([&](Database& db) -> Result<ModelVersion> {
    RETURN_IF_ERROR(CheckModelCard(db, model));
    ASSIGN_OR_RETURN(VersionNumber number, ReadPointer(db, model, alias));
    if (number == 0) {
      ASSIGN_OR_RETURN(number, ReadAlias(db, model, alias));
    }
    if (number == 0 && alias == "latest") {
      ASSIGN_OR_RETURN(number, ReadNewest(db, model));
    }
    if (number != 0) return ReadVersionCard(db, model, number);
    return Error(Code::kInvalidArgument,
                 fmt::format("Registered model alias {} not found.", alias));
  });
}

Result<PointerChange> SqliteCatalogue::SetAlias(std::string_view model, std::string_view alias,
                                                VersionNumber to, const Change& change) {
  RETURN_IF_ERROR(CheckPointerName(alias));
  RETURN_IF_ERROR(CheckChange(change, false));
  return Write(change, [&](const ChangeContext& context) {
    return SetPointerIn(context, model, alias, to);
  });
}

Status SqliteCatalogue::DeleteAlias(std::string_view model, std::string_view alias,
                                    const Change& change) {
  RETURN_IF_ERROR(CheckChange(change, false));
  return Write(
      change, [&](const ChangeContext& context) { return DeletePointerIn(context, model, alias); });
}

Result<PointerChange> SqliteCatalogue::RollBackAlias(std::string_view model, std::string_view alias,
                                                     const Change& change) {
  RETURN_IF_ERROR(CheckChange(change, true));
  return Write(change, [&](const ChangeContext& context) {
    return RollBackPointerIn(context, model, alias);
  });
}

Result<std::map<std::string, VersionNumber>> SqliteCatalogue::Aliases(std::string_view model) {
  return Read([&](Database& db) -> Result<AliasMap> {
    RETURN_IF_ERROR(CheckModelCard(db, model));
    return ReadAllAliases(db, model);
  });
}

Result<std::vector<PointerChange>> SqliteCatalogue::AliasHistory(std::string_view model) {
  return Read([&](Database& db) -> Result<std::vector<PointerChange>> {
    RETURN_IF_ERROR(CheckModelCard(db, model));
    return ReadAliasHistory(db, model);
  });
}

Result<VersionNumber> SqliteCatalogue::AliasAt(std::string_view model, std::string_view alias,
                                               Time time) {
  ASSIGN_OR_RETURN(const std::vector<PointerChange> history, AliasHistory(model));
  VersionNumber at = 0;
  for (const PointerChange& change : history) {
    if (change.alias == alias && change.at <= time) at = change.to;
  }
  return at;
}

Result<std::size_t> SqliteCatalogue::Purge(Millis before) {
  return Write(kUnsaid, [&](const ChangeContext& context) { return PurgeIn(context, before); });
}

Result<std::unique_ptr<Catalogue>> Catalogue::Open(Options options) {
  CHECK(options.clock != nullptr);
  const std::string path = options.directory + "/registry.db";
  const data::DatabaseOptions usual;
  const auto busy = std::min(options.wait, usual.busy_timeout);
  const auto attempts = busy.count() > 0 ? static_cast<int>(options.wait / busy) : 1;
  const auto open = [&] {
    return Patiently(limits::kRegistryAttempts,
                     [&] { return Database::Open(path, {.busy_timeout = busy}); });
  };
  ASSIGN_OR_RETURN(Database writer, open());
  Status migrated =
      Patiently(limits::kRegistryAttempts, [&] { return writer.Migrate(RegistrySchema()); });
  if (!migrated.ok()) return std::move(migrated).error().Where(path);
  ASSIGN_OR_RETURN(Database reader, open());
  return std::unique_ptr<Catalogue>(std::make_unique<SqliteCatalogue>(
      std::move(writer), std::move(reader), *options.clock, attempts));
}

}  // namespace mooring::records
