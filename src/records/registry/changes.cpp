#include "records/registry/changes.h"

#include <fmt/format.h>

#include <string>

#include "records/catalogue/cards.h"
#include "records/contract/opened_limits.h"
#include "records/registry/champions.h"
#include "records/registry/rows.h"
#include "records/registry/rules.h"

namespace mooring::records {
namespace {

using data::Statement;
using State = VersionRecord::State;

template <typename... Values>
Status RunSql(const ChangeContext& context, std::string_view sql, const Values&... values) {
  ASSIGN_OR_RETURN(Statement statement, context.db.Prepare(sql));
  return statement.Run(values...);
}

// kConflict when somebody changed the model since the caller looked.
Status CheckRevision(const ChangeContext& context, std::string_view model) {
  if (!context.change.if_revision) return Ok();
  ASSIGN_OR_RETURN(const std::uint64_t revision, ReadModelRevision(context.db, model));
  if (revision == *context.change.if_revision) return Ok();
  return Error(Code::kConflict, fmt::format("'{}' is at revision {}, not {}", model, revision,
                                            *context.change.if_revision))
      .Help("look at it again and repeat");
}

Result<std::uint64_t> NextRevision(const ChangeContext& context, std::string_view model) {
  RETURN_IF_ERROR(
      RunSql(context, "UPDATE models SET revision = revision + 1 WHERE name = ?", model));
  return ReadModelRevision(context.db, model);
}

// Writes a desired-state revision when what ought to run differs from the last one.
Status Converge(const ChangeContext& context, std::string_view model) {
  ASSIGN_OR_RETURN(const ModelRecord record, ReadModel(context.db, model));
  ASSIGN_OR_RETURN(const ModelRoute before, ReadRoute(context.db, model));
  ModelRoute route{.model = record.name, .contract_hash = record.contract_hash};
  ASSIGN_OR_RETURN(route.champion, ReadAlias(context.db, model, kChampion));
  ASSIGN_OR_RETURN(route.previous, PreviousChampion(context.db, model, route.champion != 0));
  const bool same = route.champion == before.champion && route.previous == before.previous &&
                    route.contract_hash == before.contract_hash;
  if (same) return Ok();
  ASSIGN_OR_RETURN(route.revision, ReadModelRevision(context.db, model));
  return RunSql(context,
                "INSERT INTO desired_revisions(model, model_revision, champion, previous, "
                "contract_hash, at_us, author, reason) VALUES(?,?,?,?,?,?,?,?)",
                route.model, route.revision, route.champion, route.previous, route.contract_hash,
                MicrosOf(context.now), context.change.author, context.change.reason);
}

Status PointAlias(const ChangeContext& context, const AliasChange& change) {
  if (change.to == 0) {
    return RunSql(context, "DELETE FROM aliases WHERE model = ? AND alias = ?", change.model,
                  change.alias);
  }
  return RunSql(context, "INSERT OR REPLACE INTO aliases(model, alias, version) VALUES(?,?,?)",
                change.model, change.alias, change.to);
}

// Alias, history, revision and desired state together.
Result<AliasChange> MoveAlias(const ChangeContext& context, AliasChange change) {
  RETURN_IF_ERROR(PointAlias(context, change));
  // Time of a history never goes back, whatever the clock does: "who was champion at" must have one
  // answer.
  ASSIGN_OR_RETURN(change.at, NextHistoryTime(context.db, change.model, context.now));
  ASSIGN_OR_RETURN(change.revision, NextRevision(context, change.model));
  RETURN_IF_ERROR(InsertAliasChange(context.db, change));
  if (change.alias == kChampion) RETURN_IF_ERROR(Converge(context, change.model));
  return change;
}

AliasChange NewAliasChange(const ChangeContext& context, std::string_view model,
                           std::string_view alias, VersionNumber from) {
  AliasChange change;
  change.model = model;
  change.alias = alias;
  change.from = from;
  change.author = context.change.author;
  change.reason = context.change.reason;
  change.forced = context.change.force;
  return change;
}

Status UpsertModel(const ChangeContext& context, const Contract& contract) {
  return RunSql(context,
                "INSERT INTO models(name, owner_team, owner_person, purpose, created_us, "
                "contract_hash, last_version) VALUES(?1,?2,?3,?4,?5,?6,coalesce((SELECT "
                "last_version FROM cards WHERE name = ?1), 0)) ON CONFLICT(name) DO UPDATE SET "
                "owner_team = excluded.owner_team, owner_person = excluded.owner_person, "
                "purpose = excluded.purpose, contract_hash = excluded.contract_hash",
                contract.model, contract.owner.team, contract.owner.person, contract.purpose,
                MicrosOf(context.now), contract.hash);
}

// A number of its own, or the one that the catalogue gave to a client's version.
Result<VersionNumber> NumberOf(const ChangeContext& context, std::string_view model,
                               VersionNumber reserved) {
  if (reserved == 0) return TakeVersionNumber(context.db, model);
  RETURN_IF_ERROR(CheckReserved(context.db, model, reserved));
  return reserved;
}

Status RecordState(const ChangeContext& context, const VersionRecord& version) {
  return RunSql(context,
                "INSERT INTO state_changes(model, number, state, at_us, author, reason) "
                "VALUES(?,?,?,?,?,?)",
                version.model, version.number, StateName(version.state), MicrosOf(context.now),
                context.change.author, version.state_reason);
}

// What opens a limit takes two people; a contract is put in force by one. Before a model serves
// there is nothing to open.
Status CheckOpensNoLimit(const ChangeContext& context, const std::string& hash,
                         const Contract& contract) {
  ASSIGN_OR_RETURN(const VersionNumber champion, ReadAlias(context.db, contract.model, kChampion));
  if (champion == 0 || hash.empty()) return Ok();
  ASSIGN_OR_RETURN(Statement read, context.db.Prepare("SELECT text FROM contracts WHERE hash = ?"));
  RETURN_IF_ERROR(read.Start(hash));
  ASSIGN_OR_RETURN(const bool found, read.Step());
  const auto before = found ? ParseContract(read.String(0)) : Result<Contract>(Contract());
  if (!before.ok()) return Ok();  // one that cannot be read holds nobody
  std::string how;
  for (const OpenedLimit& opened : OpenedLimits(*before, contract)) {
    how += (how.empty() ? "" : "; ") + opened.limit + ": " + opened.how;
  }
  if (how.empty()) return Ok();
  return Error(Code::kPermissionDenied,
               "this contract opens limits of '" + contract.model + "', which serves")
      .Why(how)
      .Help(
          "opening takes two people: mooring limit raise, mooring limit release; what they "
          "cannot do takes a contract of another model");
}

}  // namespace

Result<ModelRecord> ApplyContractIn(const ChangeContext& context, const Contract& contract) {
  RETURN_IF_ERROR(CheckRevision(context, contract.model));
  const auto before = ReadModel(context.db, contract.model);
  if (!before.ok() && before.error().code() != Code::kNotFound) return before.error();
  if (before.ok() && before->contract_hash == contract.hash) return before;
  if (before.ok()) RETURN_IF_ERROR(CheckOpensNoLimit(context, before->contract_hash, contract));
  RETURN_IF_ERROR(RunSql(context, "INSERT OR IGNORE INTO contracts(hash, text) VALUES(?,?)",
                         contract.hash, contract.text));
  RETURN_IF_ERROR(UpsertModel(context, contract));
  ASSIGN_OR_RETURN(const ModelRecord model, ReadModel(context.db, contract.model));
  RETURN_IF_ERROR(KeepModelCard(context.db, model, context.now));
  ASSIGN_OR_RETURN(const std::uint64_t revision, NextRevision(context, contract.model));
  RETURN_IF_ERROR(
      RunSql(context,
             "INSERT INTO contract_changes(model, contract_hash, at_us, author, reason, "
             "revision) VALUES(?,?,?,?,?,?)",
             contract.model, contract.hash, MicrosOf(context.now), context.change.author,
             context.change.reason, revision));
  RETURN_IF_ERROR(Converge(context, contract.model));
  return ReadModel(context.db, contract.model);
}

Result<VersionRecord> RegisterVersionIn(const ChangeContext& context, std::string_view model,
                                        const NewVersion& version) {
  ASSIGN_OR_RETURN(const ModelRecord owner, ReadModel(context.db, model));
  RETURN_IF_ERROR(CheckRevision(context, model));
  VersionRecord record;
  static_cast<NewVersion&>(record) = version;
  record.model = owner.name;
  if (record.contract_hash.empty()) record.contract_hash = owner.contract_hash;
  ASSIGN_OR_RETURN(record.state_reason, RefusalOf(version.validation_json));
  record.state = record.state_reason.empty() ? State::kCandidate : State::kRefused;
  record.created = context.now;
  record.author = context.change.author;
  ASSIGN_OR_RETURN(record.number, NumberOf(context, model, version.reserved));
  RETURN_IF_ERROR(InsertVersion(context.db, record));
  RETURN_IF_ERROR(KeepVersionCard(context.db, record));
  RETURN_IF_ERROR(RecordState(context, record));
  return record;
}

Status SetVersionStateIn(const ChangeContext& context, std::string_view model, VersionNumber number,
                         State state) {
  ASSIGN_OR_RETURN(VersionRecord version, ReadVersion(context.db, model, number));
  RETURN_IF_ERROR(CheckRevision(context, model));
  if (version.state == state) return Ok();
  ASSIGN_OR_RETURN(const VersionNumber champion, ReadAlias(context.db, model, kChampion));
  if (number == champion) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("version {} is champion of '{}'", number, model))
        .Help("promote another version or roll back first");
  }
  if (version.state == State::kRefused && !context.change.force) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("version {} of '{}' was refused", number, model))
        .Why(version.state_reason)
        .Help("use force with a reason");
  }
  version.state = state;
  version.state_reason = context.change.reason;
  RETURN_IF_ERROR(RunSql(
      context, "UPDATE versions SET state = ?, state_reason = ? WHERE model = ? AND number = ?",
      StateName(state), version.state_reason, model, number));
  RETURN_IF_ERROR(RecordState(context, version));
  // It may have been where a rollback would go, or may be that now.
  return Converge(context, model);
}

Result<AliasChange> SetAliasIn(const ChangeContext& context, std::string_view model,
                               std::string_view alias, VersionNumber to) {
  ASSIGN_OR_RETURN(const ModelRecord owner, ReadModel(context.db, model));
  RETURN_IF_ERROR(CheckRevision(context, model));
  ASSIGN_OR_RETURN(const VersionNumber from, ReadAlias(context.db, model, alias));
  // A client's pointer of that name gives way: an alias has one place.
  ASSIGN_OR_RETURN(const VersionNumber pointer, TakePointer(context.db, model, alias));
  AliasChange change = NewAliasChange(context, model, alias, pointer != 0 ? pointer : from);
  change.to = to;
  if (to != 0) {
    ASSIGN_OR_RETURN(const VersionRecord version, ReadVersion(context.db, model, to));
    RETURN_IF_ERROR(CheckNotDeleted(context.db, model, to));
    if (alias == kChampion) RETURN_IF_ERROR(CheckMayServe(version, context.change.force));
  }
  if (from == to && pointer == 0) {
    change.at = context.now;
    ASSIGN_OR_RETURN(change.revision, ReadModelRevision(context.db, model));
    return change;
  }
  if (alias == kChampion) RETURN_IF_ERROR(PushChampion(context.db, model, to));
  return MoveAlias(context, std::move(change));
}

Result<AliasChange> RollbackIn(const ChangeContext& context, std::string_view model) {
  ASSIGN_OR_RETURN(const ModelRecord owner, ReadModel(context.db, model));
  RETURN_IF_ERROR(CheckRevision(context, model));
  ASSIGN_OR_RETURN(const VersionNumber from, ReadAlias(context.db, model, kChampion));
  AliasChange change = NewAliasChange(context, model, kChampion, from);
  ASSIGN_OR_RETURN(change.to, PopChampion(context.db, model, from != 0));
  return MoveAlias(context, std::move(change));
}

}  // namespace mooring::records
