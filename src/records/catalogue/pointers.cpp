#include "records/catalogue/pointers.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "records/catalogue/card_rows.h"
#include "records/catalogue/cards.h"
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

Status CheckMovesNoTraffic(const ChangeContext& context, std::string_view model,
                           std::string_view alias) {
  if (alias != kChampion) return Ok();
  ASSIGN_OR_RETURN(const bool contract, HasContract(context.db, model));
  if (!contract) return Ok();
  return Error(Code::kFailedPrecondition,
               fmt::format("the alias '{}' of '{}' moves traffic", kChampion, model))
      .Help("promote the version instead");
}

// Where the alias points now, whichever kind it is; 0: nowhere.
Result<VersionNumber> ReadEither(const ChangeContext& context, std::string_view model,
                                 std::string_view alias) {
  ASSIGN_OR_RETURN(const VersionNumber pointer, ReadPointer(context.db, model, alias));
  if (pointer != 0) return pointer;
  return ReadAlias(context.db, model, alias);
}

// Writes the change into the history of pointers.
Result<AliasChange> Record(const ChangeContext& context, AliasChange change, bool rolled_back) {
  change.author = context.change.author;
  change.reason = context.change.reason;
  ASSIGN_OR_RETURN(change.at, NextHistoryTime(context.db, change.model, context.now));
  RETURN_IF_ERROR(
      RunSql(context, "UPDATE models SET revision = revision + 1 WHERE name = ?", change.model));
  ASSIGN_OR_RETURN(change.revision, ReadModelRevision(context.db, change.model));
  RETURN_IF_ERROR(
      RunSql(context,
             "INSERT INTO card_alias_changes(after_id, name, alias, from_version, to_version, "
             "at_us, author, reason, revision, rolled_back) VALUES((SELECT coalesce(max(id), 0) "
             "FROM alias_changes),?,?,?,?,?,?,?,?,?)",
             change.model, change.alias, change.from, change.to, MicrosOf(change.at), change.author,
             change.reason, change.revision, rolled_back));
  return change;
}

Result<AliasChange> Point(const ChangeContext& context, std::string_view model,
                          std::string_view alias, VersionNumber to, bool rolled_back) {
  AliasChange change;
  change.model = model;
  change.alias = alias;
  change.to = to;
  ASSIGN_OR_RETURN(change.from, ReadEither(context, model, alias));
  // An alias of serving of that name gives way: an alias has one place.
  RETURN_IF_ERROR(
      RunSql(context, "DELETE FROM aliases WHERE model = ? AND alias = ?", model, alias));
  RETURN_IF_ERROR(RunSql(context,
                         "INSERT OR REPLACE INTO card_aliases(name, alias, number) VALUES(?,?,?)",
                         model, alias, to));
  if (change.from == to) return change;
  return Record(context, std::move(change), rolled_back);
}

// Where the alias pointed, the newest on top: setting pushes, a rollback pops.
Result<std::vector<VersionNumber>> ReadStack(const ChangeContext& context, std::string_view model,
                                             std::string_view alias) {
  ASSIGN_OR_RETURN(Statement read,
                   context.db.Prepare("SELECT to_version, rolled_back FROM card_alias_changes "
                                      "WHERE name = ? AND alias = ? ORDER BY id"));
  RETURN_IF_ERROR(read.Start(model, alias));
  std::vector<VersionNumber> stack;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return stack;
    const auto to = static_cast<VersionNumber>(read.Int(0));
    if (to == 0) continue;
    if (read.Int(1) == 0) stack.push_back(to);
    while (!stack.empty() && stack.back() != to) stack.pop_back();
  }
}

}  // namespace

Result<AliasChange> SetPointerIn(const ChangeContext& context, std::string_view model,
                                 std::string_view alias, VersionNumber to) {
  RETURN_IF_ERROR(CheckModelCard(context.db, model));
  RETURN_IF_ERROR(CheckVersionCard(context.db, model, to));
  RETURN_IF_ERROR(CheckMovesNoTraffic(context, model, alias));
  ASSIGN_OR_RETURN(const bool native, IsNative(context.db, model, to));
  if (native && CheckAlias(alias).ok()) return SetAliasIn(context, model, alias, to);
  return Point(context, model, alias, to, false);
}

Status DeletePointerIn(const ChangeContext& context, std::string_view model,
                       std::string_view alias) {
  RETURN_IF_ERROR(CheckModelCard(context.db, model));
  AliasChange change;
  change.model = model;
  change.alias = alias;
  ASSIGN_OR_RETURN(change.from, TakePointer(context.db, model, alias));
  if (change.from != 0) {
    ASSIGN_OR_RETURN(change, Record(context, std::move(change), false));
    return Ok();
  }
  ASSIGN_OR_RETURN(const VersionNumber native, ReadAlias(context.db, model, alias));
  if (native == 0) return Ok();
  RETURN_IF_ERROR(CheckMovesNoTraffic(context, model, alias));
  ASSIGN_OR_RETURN(change, SetAliasIn(context, model, alias, 0));
  return Ok();
}

Status DropPointersIn(const ChangeContext& context, std::string_view model, VersionNumber number) {
  ASSIGN_OR_RETURN(const AliasMap aliases, ReadAllAliases(context.db, model));
  for (const auto& [alias, to] : aliases) {
    if (number == 0 || to == number) RETURN_IF_ERROR(DeletePointerIn(context, model, alias));
  }
  return Ok();
}

Result<AliasChange> RollBackPointerIn(const ChangeContext& context, std::string_view model,
                                      std::string_view alias) {
  RETURN_IF_ERROR(CheckModelCard(context.db, model));
  ASSIGN_OR_RETURN(const bool contract, HasContract(context.db, model));
  if (contract) {
    return Error(Code::kFailedPrecondition, fmt::format("'{}' has a contract", model))
        .Help("roll its champion back");
  }
  ASSIGN_OR_RETURN(std::vector<VersionNumber> stack, ReadStack(context, model, alias));
  ASSIGN_OR_RETURN(const VersionNumber now, ReadEither(context, model, alias));
  for (; !stack.empty(); stack.pop_back()) {
    const VersionNumber to = stack.back();
    if (to == now || !CheckVersionCard(context.db, model, to).ok()) continue;
    return Point(context, model, alias, to, true);
  }
  return Error(Code::kFailedPrecondition,
               fmt::format("the alias '{}' of '{}' pointed nowhere else before", alias, model));
}

}  // namespace mooring::records
