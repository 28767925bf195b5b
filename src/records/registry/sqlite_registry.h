// SqliteRegistry: the Registry over one SQLite file. Made by Registry::Open; nothing else names it.
//
// One connection behind one mutex; other processes and other Registry objects have their own. Every
// change is one IMMEDIATE transaction, so writers queue at its start and never fail in its middle;
// a change that cannot begin is tried again until Registry::Options::wait is over.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "data/store/sqlite.h"
#include "records/registry/registry.h"

namespace mooring::records {

class SqliteRegistry final : public Registry {
 public:
  // `attempts`: of the database's busy_timeout each.
  SqliteRegistry(data::Database db, const Clock& clock, int attempts);
  // Reads what is desired now, so that only later changes count as external.
  Status Start();

  Result<ModelRecord> ApplyContract(std::string_view text, const Change& change) override;
  Result<std::string> ContractText(std::string_view hash) override;
  Result<std::vector<ModelRecord>> Models() override;
  Result<ModelRecord> Model(std::string_view name) override;
  Result<VersionRecord> RegisterVersion(std::string_view model, const NewVersion& version,
                                        const Change& change) override;
  Result<std::vector<VersionRecord>> Versions(std::string_view model) override;
  Result<VersionRecord> Version(std::string_view model, VersionNumber number) override;
  Status SetVersionState(std::string_view model, VersionNumber number, VersionRecord::State state,
                         const Change& change) override;
  Result<AliasChange> SetAlias(std::string_view model, std::string_view alias, VersionNumber to,
                               const Change& change) override;
  Result<AliasChange> Rollback(std::string_view model, const Change& change) override;
  Result<std::map<std::string, VersionNumber>> Aliases(std::string_view model) override;
  Result<std::vector<AliasChange>> AliasHistory(std::string_view model) override;
  Result<VersionNumber> ChampionAt(std::string_view model, Time time) override;
  Result<DesiredState> Desired() override;
  void OnDesiredChange(std::function<void()> callback) override;
  bool PollExternalChange() override;
  Status StoreVerdicts(std::span<const StoredVerdict> verdicts) override;
  Result<std::vector<StoredVerdict>> Verdicts(std::string_view model,
                                              const VerdictFilter& filter) override;
  Result<std::vector<StoredVerdict>> VerdictsAfter(std::uint64_t sequence,
                                                   std::size_t limit) override;

 private:
  // What a change did, for what follows it.
  struct Written {
    bool desired = false;  // the desired state has a new revision
  };

  // Runs `work(db, written)` as one transaction, then the callbacks when the desired state changed.
  template <typename Work>
  auto Write(const Work& work)
      -> decltype(work(std::declval<data::Database&>(), std::declval<Written&>()));
  // Runs `work(db)` on one snapshot.
  template <typename Work>
  auto Read(const Work& work) -> decltype(work(std::declval<data::Database&>()));
  template <typename Work>
  auto Once(const Work& work, Written& written)
      -> decltype(work(std::declval<data::Database&>(), std::declval<Written&>()));

  const Clock& clock_;
  const int attempts_;
  std::mutex mutex_;  // guards what follows
  data::Database db_;
  std::vector<std::function<void()>> callbacks_;
  std::uint64_t seen_desired_ = 0;  // newest revision that was told to the callbacks or the poller
  std::int64_t seen_data_ = -1;     // PRAGMA data_version: moves when another connection commits
};

}  // namespace mooring::records
