#include "records/catalogue/card_changes.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "records/catalogue/card_rows.h"
#include "records/catalogue/cards.h"
#include "records/catalogue/pointers.h"
#include "records/registry/rows.h"
#include "records/registry/rules.h"

namespace mooring::records {
namespace {

using data::Statement;

template <typename... Values>
Status RunSql(const ChangeContext& context, std::string_view sql, const Values&... values) {
  ASSIGN_OR_RETURN(Statement statement, context.db.Prepare(sql));
  return statement.Run(values...);
}

Status TouchModel(const ChangeContext& context, std::string_view name) {
  return RunSql(context, "UPDATE cards SET updated_ms = ?2 WHERE name = ?1", name,
                MillisOf(context.now));
}

// Text of a JSON string may hold a zero byte; nothing here does.
Status CheckText(std::string_view what, std::string_view text, std::size_t longest) {
  if (text.size() > longest) {
    return Error(Code::kInvalidArgument,
                 fmt::format("'{}' exceeds the maximum length of {} characters", what, longest));
  }
  if (text.find('\0') == text.npos) return Ok();
  return Error(Code::kInvalidArgument, fmt::format("'{}' holds a zero byte", what));
}

constexpr std::size_t kNameBytes = 256, kTextBytes = 100'000;

Status CheckNew(const NewModelVersion& version) {
  RETURN_IF_ERROR(CheckText("source", version.source, kTextBytes));
  RETURN_IF_ERROR(CheckText("run_id", version.run_id, kNameBytes));
  RETURN_IF_ERROR(CheckText("run_link", version.run_link, kTextBytes));
  RETURN_IF_ERROR(CheckText("model_id", version.model_id, kNameBytes));
  return CheckText("description", version.description, kTextBytes);
}

// A version that serving knows can not be promoted any more.
Status Withdraw(const ChangeContext& context, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(const VersionRecord version, ReadVersion(context.db, model, number));
  if (version.state != VersionRecord::State::kCandidate) return Ok();
  return SetVersionStateIn(context, model, number, VersionRecord::State::kArchived);
}

Status CheckServesNot(const ChangeContext& context, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(const VersionNumber champion, ReadAlias(context.db, model, kChampion));
  if (champion == 0 || (number != 0 && champion != number)) return Ok();
  return Error(Code::kFailedPrecondition,
               fmt::format("version {} of '{}' serves: it is the champion of a model with a "
                           "contract",
                           champion, model))
      .Help("promote another version, or take the alias 'champion' away first");
}

Status MarkDeleted(const ChangeContext& context, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(const bool native, IsNative(context.db, model, number));
  if (native) RETURN_IF_ERROR(Withdraw(context, model, number));
  return RunSql(context,
                "UPDATE card_versions SET deleted_ms = ?3, updated_ms = ?3, description = '', "
                "run_id = '', run_link = '', model_id = '', user = '' "
                "WHERE name = ?1 AND number = ?2",
                model, number, MillisOf(context.now));
}

Result<std::vector<VersionNumber>> NumbersOf(const ChangeContext& context, std::string_view model) {
  ASSIGN_OR_RETURN(Statement read,
                   context.db.Prepare("SELECT number FROM card_versions WHERE name = ? AND "
                                      "deleted_ms = 0 ORDER BY number"));
  RETURN_IF_ERROR(read.Start(model));
  std::vector<VersionNumber> numbers;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return numbers;
    numbers.push_back(static_cast<VersionNumber>(read.Int(0)));
  }
}

}  // namespace

Status CreateModelIn(const ChangeContext& context, const NewRegisteredModel& model) {
  RETURN_IF_ERROR(CheckText("name", model.name, kNameBytes));
  RETURN_IF_ERROR(CheckText("description", model.description, kTextBytes));
  if (CheckModelCard(context.db, model.name).ok()) {
    return Error(Code::kAlreadyExists,
                 fmt::format("Registered Model (name={}) already exists.", model.name));
  }
  RETURN_IF_ERROR(RunSql(context,
                         "INSERT INTO cards(name, user, description, created_ms, updated_ms) "
                         "VALUES(?1,?2,?3,?4,?4) ON CONFLICT(name) DO UPDATE SET user = ?2, "
                         "description = ?3, created_ms = ?4, updated_ms = ?4, gone = 0",
                         model.name, model.user, model.description, MillisOf(context.now)));
  for (const KeyValue& tag : model.tags) {
    RETURN_IF_ERROR(RunSql(context,
                           "INSERT OR REPLACE INTO card_tags(name, key, value) VALUES(?,?,?)",
                           model.name, tag.key, tag.value));
  }
  return Ok();
}

Status RenameModelIn(const ChangeContext& context, std::string_view name, std::string_view to) {
  RETURN_IF_ERROR(CheckModelCard(context.db, name));
  RETURN_IF_ERROR(CheckText("new_name", to, kNameBytes));
  ASSIGN_OR_RETURN(const bool contract, HasContract(context.db, name));
  if (contract) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("'{}' has a contract, which names it, as do its decisions", name))
        .Help("register a model of the new name and copy the version to it");
  }
  Status moved = RunSql(context, "UPDATE cards SET name = ?2, updated_ms = ?3 WHERE name = ?1",
                        name, to, MillisOf(context.now));
  if (!moved.ok() && moved.error().code() == Code::kAlreadyExists) {
    return Error(Code::kAlreadyExists,
                 fmt::format("Registered Model (name={}) already exists.", to));
  }
  RETURN_IF_ERROR(moved);
  return RunSql(context,
                "UPDATE card_versions SET updated_ms = ? WHERE name = ? AND deleted_ms = 0",
                MillisOf(context.now), to);
}

Status DeleteModelIn(const ChangeContext& context, std::string_view name) {
  RETURN_IF_ERROR(CheckModelCard(context.db, name));
  ASSIGN_OR_RETURN(const bool contract, HasContract(context.db, name));
  // Tags, versions, pointers and their history go with the card.
  if (!contract) return RunSql(context, "DELETE FROM cards WHERE name = ?", name);
  RETURN_IF_ERROR(CheckServesNot(context, name, 0));
  RETURN_IF_ERROR(DropPointersIn(context, name, 0));
  ASSIGN_OR_RETURN(const std::vector<VersionNumber> numbers, NumbersOf(context, name));
  for (const VersionNumber number : numbers) {
    RETURN_IF_ERROR(MarkDeleted(context, name, number));
  }
  RETURN_IF_ERROR(RunSql(context, "DELETE FROM card_tags WHERE name = ?", name));
  return RunSql(context, "UPDATE cards SET gone = 1, description = '', user = '' WHERE name = ?",
                name);
}

Status DescribeModelIn(const ChangeContext& context, std::string_view name,
                       std::string_view description) {
  RETURN_IF_ERROR(CheckModelCard(context.db, name));
  RETURN_IF_ERROR(CheckText("description", description, kTextBytes));
  return RunSql(context, "UPDATE cards SET description = ?2, updated_ms = ?3 WHERE name = ?1", name,
                description, MillisOf(context.now));
}

Result<VersionNumber> CreateVersionIn(const ChangeContext& context,
                                      const NewModelVersion& version) {
  RETURN_IF_ERROR(CheckModelCard(context.db, version.model));
  RETURN_IF_ERROR(CheckNew(version));
  ASSIGN_OR_RETURN(const VersionNumber number, TakeVersionNumber(context.db, version.model));
  RETURN_IF_ERROR(
      RunSql(context,
             "INSERT INTO card_versions(name, number, user, description, source, run_id, run_link, "
             "model_id, created_ms, updated_ms) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?9)",
             version.model, number, version.user, version.description, version.source,
             version.run_id, version.run_link, version.model_id, MillisOf(context.now)));
  for (const KeyValue& tag : version.tags) {
    RETURN_IF_ERROR(RunSql(context,
                           "INSERT OR REPLACE INTO card_version_tags(name, number, key, value) "
                           "VALUES(?,?,?,?)",
                           version.model, number, tag.key, tag.value));
  }
  RETURN_IF_ERROR(TouchModel(context, version.model));
  return number;
}

Status DescribeVersionIn(const ChangeContext& context, std::string_view model, VersionNumber number,
                         std::string_view description) {
  RETURN_IF_ERROR(CheckVersionCard(context.db, model, number));
  RETURN_IF_ERROR(CheckText("description", description, kTextBytes));
  return RunSql(context,
                "UPDATE card_versions SET description = ?3, updated_ms = ?4 WHERE name = ?1 AND "
                "number = ?2",
                model, number, description, MillisOf(context.now));
}

Status DeleteVersionIn(const ChangeContext& context, std::string_view model, VersionNumber number) {
  RETURN_IF_ERROR(CheckVersionCard(context.db, model, number));
  RETURN_IF_ERROR(CheckServesNot(context, model, number));
  RETURN_IF_ERROR(DropPointersIn(context, model, number));
  RETURN_IF_ERROR(MarkDeleted(context, model, number));
  return TouchModel(context, model);
}

Status SetStageIn(const ChangeContext& context, std::string_view model, VersionNumber number,
                  StageMove move) {
  const bool active = move.to == Stage::kStaging || move.to == Stage::kProduction;
  if (move.archive && !active) {
    return Error(Code::kInvalidArgument,
                 fmt::format("Model version transition cannot archive existing model versions "
                             "because '{}' is not an Active stage. Valid stages are ['Staging', "
                             "'Production']",
                             StageName(move.to)));
  }
  RETURN_IF_ERROR(CheckVersionCard(context.db, model, number));
  const Millis now = MillisOf(context.now);
  const auto to = static_cast<int>(move.to);
  if (move.archive) {
    RETURN_IF_ERROR(RunSql(context,
                           "UPDATE card_versions SET stage = ?1, updated_ms = ?2 WHERE name = ?3 "
                           "AND number <> ?4 AND stage = ?5 AND deleted_ms = 0",
                           static_cast<int>(Stage::kArchived), now, model, number, to));
  }
  RETURN_IF_ERROR(
      RunSql(context,
             "UPDATE card_versions SET stage = ?3, updated_ms = ?4 WHERE name = ?1 AND number = ?2",
             model, number, to, now));
  return TouchModel(context, model);
}

Result<std::size_t> PurgeIn(const ChangeContext& context, Millis before) {
  RETURN_IF_ERROR(RunSql(context,
                         "DELETE FROM card_versions WHERE deleted_ms > 0 AND deleted_ms < ? AND "
                         "NOT EXISTS(SELECT 1 FROM versions n WHERE n.model = card_versions.name "
                         "AND n.number = card_versions.number)",
                         before));
  return static_cast<std::size_t>(context.db.changed_rows());
}

}  // namespace mooring::records
