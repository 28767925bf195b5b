#include "records/registry/sqlite_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "records/catalogue/card_rows.h"
#include "records/contract/contract.h"
#include "records/registry/changes.h"
#include "records/registry/rows.h"
#include "records/registry/rules.h"
#include "records/registry/schema.h"
#include "records/registry/session.h"
#include "records/registry/verdicts.h"

namespace mooring::records {
namespace {

using data::Database;
using data::Statement;

Result<std::int64_t> DataVersion(Database& db) {
  ASSIGN_OR_RETURN(Statement read, db.Prepare("PRAGMA data_version"));
  RETURN_IF_ERROR(read.Step());
  return read.Int(0);
}

}  // namespace

SqliteRegistry::SqliteRegistry(Database db, const Clock& clock, int attempts)
    : clock_(clock), attempts_(attempts), db_(std::move(db)) {}

template <typename Work>
auto SqliteRegistry::Once(const Work& work, Written& written)
    -> decltype(work(std::declval<Database&>(), std::declval<Written&>())) {
  ASSIGN_OR_RETURN(data::Transaction transaction, data::Transaction::Begin(db_));
  ASSIGN_OR_RETURN(const std::uint64_t before, ReadDesiredRevision(db_));
  auto result = work(db_, written);
  if (!result.ok()) return result;
  ASSIGN_OR_RETURN(const std::uint64_t after, ReadDesiredRevision(db_));
  RETURN_IF_ERROR(transaction.Commit());
  if (after != before) {
    written.desired = true;
    seen_desired_ = after;
  }
  return result;
}

template <typename Work>
auto SqliteRegistry::Write(const Work& work)
    -> decltype(work(std::declval<Database&>(), std::declval<Written&>())) {
  Written written;
  std::unique_lock lock(mutex_);
  auto result = Patiently(attempts_, [&] { return Once(work, written); });
  if (!written.desired) return result;
  const auto callbacks = callbacks_;
  lock.unlock();
  for (const auto& callback : callbacks) callback();
  return result;
}

template <typename Work>
auto SqliteRegistry::Read(const Work& work) -> decltype(work(std::declval<Database&>())) {
  const std::lock_guard lock(mutex_);
  return Patiently(attempts_, [&]() -> decltype(work(db_)) {
    ASSIGN_OR_RETURN(const ReadSnapshot snapshot, ReadSnapshot::Begin(db_));
    return work(db_);
  });
}

Status SqliteRegistry::Start() {
  const auto migrate = [&] { return db_.Migrate(RegistrySchema()); };
  RETURN_IF_ERROR(Patiently(limits::kRegistryAttempts, migrate));
  ASSIGN_OR_RETURN(seen_desired_, ReadDesiredRevision(db_));
  return Ok();
}

Result<ModelRecord> SqliteRegistry::ApplyContract(std::string_view text, const Change& change) {
  RETURN_IF_ERROR(CheckChange(change, false));
  ASSIGN_OR_RETURN(const Contract contract, ParseContract(text));
  return Write([&](Database& db, Written&) {
    return ApplyContractIn({db, change, clock_.Now()}, contract);
  });
}

Result<std::string> SqliteRegistry::ContractText(std::string_view hash) {
  return Read([&](Database& db) -> Result<std::string> {
    ASSIGN_OR_RETURN(Statement read, db.Prepare("SELECT text FROM contracts WHERE hash = ?"));
    RETURN_IF_ERROR(read.Start(hash));
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (found) return read.String(0);
    return Error(Code::kNotFound, fmt::format("no contract {}", hash.substr(0, 64)));
  });
}

Result<std::vector<ModelRecord>> SqliteRegistry::Models() { return Read(ReadModels); }

Result<ModelRecord> SqliteRegistry::Model(std::string_view name) {
  return Read([&](Database& db) { return ReadModel(db, name); });
}

Result<VersionRecord> SqliteRegistry::RegisterVersion(std::string_view model,
                                                      const NewVersion& version,
                                                      const Change& change) {
  RETURN_IF_ERROR(CheckChange(change, false));
  RETURN_IF_ERROR(CheckNewVersion(version));
  return Write([&](Database& db, Written&) {
    return RegisterVersionIn({db, change, clock_.Now()}, model, version);
  });
}

Result<std::vector<VersionRecord>> SqliteRegistry::Versions(std::string_view model) {
  return Read([&](Database& db) -> Result<std::vector<VersionRecord>> {
    RETURN_IF_ERROR(ReadModel(db, model));
    return ReadVersions(db, model);
  });
}

Result<VersionRecord> SqliteRegistry::Version(std::string_view model, VersionNumber number) {
  return Read([&](Database& db) -> Result<VersionRecord> {
    RETURN_IF_ERROR(ReadModel(db, model));
    return ReadVersion(db, model, number);
  });
}

Status SqliteRegistry::SetVersionState(std::string_view model, VersionNumber number,
                                       VersionRecord::State state, const Change& change) {
  RETURN_IF_ERROR(CheckChange(change, false));
  return Write([&](Database& db, Written&) {
    return SetVersionStateIn({db, change, clock_.Now()}, model, number, state);
  });
}

Result<AliasChange> SqliteRegistry::SetAlias(std::string_view model, std::string_view alias,
                                             VersionNumber to, const Change& change) {
  RETURN_IF_ERROR(CheckAlias(alias));
  RETURN_IF_ERROR(CheckChange(change, alias == kChampion));
  return Write([&](Database& db, Written&) {
    return SetAliasIn({db, change, clock_.Now()}, model, alias, to);
  });
}

Result<AliasChange> SqliteRegistry::Rollback(std::string_view model, const Change& change) {
  RETURN_IF_ERROR(CheckChange(change, true));
  return Write([&](Database& db, Written&) {
    return RollbackIn({db, change, clock_.Now()}, model);
  });
}

Result<std::map<std::string, VersionNumber>> SqliteRegistry::Aliases(std::string_view model) {
  return Read([&](Database& db) -> Result<std::map<std::string, VersionNumber>> {
    RETURN_IF_ERROR(ReadModel(db, model));
    ASSIGN_OR_RETURN(Statement read,
                     db.Prepare("SELECT alias, version FROM aliases WHERE model = ?"));
    RETURN_IF_ERROR(read.Start(model));
    std::map<std::string, VersionNumber> aliases;
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, read.Step());
      if (!more) return aliases;
      aliases.emplace(read.String(0), static_cast<VersionNumber>(read.Int(1)));
    }
  });
}

Result<std::vector<AliasChange>> SqliteRegistry::AliasHistory(std::string_view model) {
  return Read([&](Database& db) -> Result<std::vector<AliasChange>> {
    // Models that clients made have one, too.
    const auto known = ReadModel(db, model);
    if (!known.ok() && !CheckModelCard(db, model).ok()) return known.error();
    return ReadAliasHistory(db, model);
  });
}

Result<VersionNumber> SqliteRegistry::ChampionAt(std::string_view model, Time time) {
  return Read([&](Database& db) -> Result<VersionNumber> {
    RETURN_IF_ERROR(ReadModel(db, model));
    ASSIGN_OR_RETURN(Statement read,
                     db.Prepare("SELECT to_version FROM alias_changes WHERE model = ? AND "
                                "alias = ? AND at_us <= ? ORDER BY id DESC LIMIT 1"));
    RETURN_IF_ERROR(read.Start(model, kChampion, MicrosOf(time)));
    ASSIGN_OR_RETURN(const bool found, read.Step());
    return found ? static_cast<VersionNumber>(read.Int(0)) : VersionNumber{0};
  });
}

Result<DesiredState> SqliteRegistry::Desired() { return Read(ReadDesired); }

void SqliteRegistry::OnDesiredChange(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  callbacks_.push_back(std::move(callback));
}

bool SqliteRegistry::PollExternalChange() {
  const std::lock_guard lock(mutex_);
  // Cheap first: other connections committed nothing. Unreadable now: the next poll will tell.
  const auto data_version = DataVersion(db_);
  if (!data_version.ok() || *data_version == seen_data_) return false;
  const auto desired = ReadDesiredRevision(db_);
  if (!desired.ok()) return false;
  seen_data_ = *data_version;
  return std::exchange(seen_desired_, *desired) != *desired;
}

Status SqliteRegistry::StoreVerdicts(std::span<const StoredVerdict> verdicts) {
  for (const StoredVerdict& verdict : verdicts) {
    const std::size_t bytes = verdict.evidence_json.size() + verdict.findings_json.size();
    if (bytes <= limits::kRegistryTextBytes) continue;
    return Error(Code::kTooLarge, fmt::format("evidence of {} bytes", bytes));
  }
  return Write([&](Database& db, Written&) -> Status {
    for (const StoredVerdict& verdict : verdicts) {
      RETURN_IF_ERROR(ReadModel(db, verdict.model));
      RETURN_IF_ERROR(InsertVerdict(db, verdict));
    }
    return Ok();
  });
}

Result<std::vector<StoredVerdict>> SqliteRegistry::Verdicts(std::string_view model,
                                                            const VerdictFilter& filter) {
  return Read([&](Database& db) -> Result<std::vector<StoredVerdict>> {
    RETURN_IF_ERROR(ReadModel(db, model));
    return ReadVerdicts(db, model, filter);
  });
}

Result<std::vector<StoredVerdict>> SqliteRegistry::VerdictsAfter(std::uint64_t sequence,
                                                                 std::size_t limit) {
  return Read([&](Database& db) { return ReadVerdictsAfter(db, sequence, limit); });
}

Result<std::unique_ptr<Registry>> Registry::Open(Options options) {
  CHECK(options.clock != nullptr);
  const std::string path = options.directory + "/registry.db";
  const data::DatabaseOptions usual;
  const auto busy = std::min(options.wait, usual.busy_timeout);
  const auto attempts = busy.count() > 0 ? static_cast<int>(options.wait / busy) : 1;
  ASSIGN_OR_RETURN(Database db, Patiently(limits::kRegistryAttempts, [&] {
                     return Database::Open(path, {.busy_timeout = busy});
                   }));
  auto registry = std::make_unique<SqliteRegistry>(std::move(db), *options.clock, attempts);
  if (Status started = registry->Start(); !started.ok()) {
    return std::move(started).error().Where(path);
  }
  return std::unique_ptr<Registry>(std::move(registry));
}

}  // namespace mooring::records
