// SqliteCatalogue: the Catalogue over the registry's SQLite file. Made by Catalogue::Open; nothing
// else names it.
//
// Two connections of its own, one that reads and one that changes, each behind a mutex; the
// registry and other processes have theirs. Every change is one IMMEDIATE transaction; it is tried
// again while others hold the file's lock, until Catalogue::Options::wait is over.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "data/store/sqlite.h"
#include "records/catalogue/catalogue.h"
#include "records/registry/changes.h"

namespace mooring::records {

class SqliteCatalogue final : public Catalogue {
 public:
  // `attempts`: of the databases' busy_timeout each.
  SqliteCatalogue(data::Database writer, data::Database reader, const Clock& clock, int attempts);

  Result<RegisteredModel> CreateModel(const NewRegisteredModel& model) override;
  Result<RegisteredModel> Model(std::string_view name) override;
  Result<RegisteredModel> DescribeModel(std::string_view name,
                                        std::string_view description) override;
  Result<RegisteredModel> RenameModel(std::string_view name, std::string_view to) override;
  Status DeleteModel(std::string_view name, const Change& change) override;
  Status SetModelTag(std::string_view name, const KeyValue& tag) override;
  Status DeleteModelTag(std::string_view name, std::string_view key) override;
  Result<PageOf<RegisteredModel>> SearchModels(const CardSearch& search) override;
  Result<ModelVersion> CreateVersion(const NewModelVersion& version) override;
  Result<ModelVersion> Version(std::string_view model, VersionNumber number) override;
  Result<ModelVersion> DescribeVersion(std::string_view model, VersionNumber number,
                                       std::string_view description) override;
  Status DeleteVersion(std::string_view model, VersionNumber number, const Change& change) override;
  Result<ModelVersion> SetStage(std::string_view model, VersionNumber number, Stage stage,
                                bool archive) override;
  Status SetVersionTag(std::string_view model, VersionNumber number, const KeyValue& tag) override;
  Status DeleteVersionTag(std::string_view model, VersionNumber number,
                          std::string_view key) override;
  Result<std::vector<ModelVersion>> Versions(std::string_view model) override;
  Result<PageOf<ModelVersion>> SearchVersions(const CardSearch& search) override;
  Result<std::vector<VersionName>> RegisteredFrom(std::string_view logged_model) override;
  Result<ModelVersion> VersionOf(std::string_view model, std::string_view alias) override;
  Result<PointerChange> SetAlias(std::string_view model, std::string_view alias, VersionNumber to,
                                 const Change& change) override;
  Status DeleteAlias(std::string_view model, std::string_view alias, const Change& change) override;
  Result<PointerChange> RollBackAlias(std::string_view model, std::string_view alias,
                                      const Change& change) override;
  Result<std::map<std::string, VersionNumber>> Aliases(std::string_view model) override;
  Result<std::vector<PointerChange>> AliasHistory(std::string_view model) override;
  Result<VersionNumber> AliasAt(std::string_view model, std::string_view alias, Time time) override;
  Result<std::size_t> Purge(Millis before) override;

 private:
  // Runs `work(context)` as one transaction.
  template <typename Work>
  auto Write(const Change& change, const Work& work)
      -> decltype(work(std::declval<const ChangeContext&>()));
  template <typename Work>
  auto Once(const Change& change, const Work& work)
      -> decltype(work(std::declval<const ChangeContext&>()));
  // Runs `work(db)` on one snapshot.
  template <typename Work>
  auto Read(const Work& work) -> decltype(work(std::declval<data::Database&>()));

  const Clock& clock_;
  const int attempts_;
  std::mutex write_mutex_;  // guards writer_
  data::Database writer_;
  std::mutex read_mutex_;  // guards reader_
  data::Database reader_;
};

}  // namespace mooring::records
