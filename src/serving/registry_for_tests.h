// A registry in memory for tests of convergence: only the desired state works; everything else is
// refused.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "records/registry/registry.h"

namespace mooring::serving::testing {

class MemoryRegistry final : public records::Registry {
 public:
  // Sets a model's route and tells everyone, as a promotion or a rollback does.
  void Route(const std::string& model, VersionNumber champion, VersionNumber previous,
             const std::string& contract = "c0ffee") {
    SetQuietly(model, champion, previous, contract);
    std::vector<std::function<void()>> callbacks;
    {
      const std::lock_guard lock(mutex_);
      callbacks = callbacks_;
    }
    for (const auto& callback : callbacks) callback();
  }
  // As another process would.
  void RouteOutside(const std::string& model, VersionNumber champion, VersionNumber previous) {
    SetQuietly(model, champion, previous, "c0ffee");
    changed_outside_ = true;
  }
  std::atomic<bool> broken{false};
  std::atomic<int> refused_reads{0};  // so many fail from now on

  Result<records::DesiredState> Desired() override {
    if (broken) return Error(Code::kUnavailable, "the registry's disk is gone");
    if (refused_reads > 0 && refused_reads.fetch_sub(1) > 0) {
      return Error(Code::kUnavailable, "database is locked");
    }
    const std::lock_guard lock(mutex_);
    return desired_;
  }
  void OnDesiredChange(std::function<void()> callback) override {
    const std::lock_guard lock(mutex_);
    callbacks_.push_back(std::move(callback));
  }
  bool PollExternalChange() override { return changed_outside_.exchange(false); }

  using Change = records::Change;
  Result<records::ModelRecord> ApplyContract(std::string_view, const Change&) override {
    return No();
  }
  Result<std::string> ContractText(std::string_view) override { return No(); }
  Result<std::vector<records::ModelRecord>> Models() override { return No(); }
  Result<records::ModelRecord> Model(std::string_view) override { return No(); }
  Result<records::VersionRecord> RegisterVersion(std::string_view, const records::NewVersion&,
                                                 const Change&) override {
    return No();
  }
  Result<std::vector<records::VersionRecord>> Versions(std::string_view) override { return No(); }
  Result<records::VersionRecord> Version(std::string_view, VersionNumber) override { return No(); }
  Status SetVersionState(std::string_view, VersionNumber, records::VersionRecord::State,
                         const Change&) override {
    return No();
  }
  Result<records::AliasChange> SetAlias(std::string_view, std::string_view, VersionNumber,
                                        const Change&) override {
    return No();
  }
  Result<records::AliasChange> Rollback(std::string_view, const Change&) override { return No(); }
  Result<std::map<std::string, VersionNumber>> Aliases(std::string_view) override { return No(); }
  Result<std::vector<records::AliasChange>> AliasHistory(std::string_view) override { return No(); }
  virtual Result<VersionNumber> ChampionAt(std::string_view, Time) { return No(); }
  Status StoreVerdicts(std::span<const records::StoredVerdict>) override { return No(); }
  Result<std::vector<records::StoredVerdict>> Verdicts(std::string_view,
                                                       const records::VerdictFilter&) override {
    return No();
  }
  Result<std::vector<records::StoredVerdict>> VerdictsAfter(std::uint64_t, std::size_t) override {
    return No();
  }

 private:
  static Error No() { return Error(Code::kUnsupported, "not in this test"); }
  void SetQuietly(const std::string& model, VersionNumber champion, VersionNumber previous,
                  const std::string& contract) {
    const std::lock_guard lock(mutex_);
    std::erase_if(desired_.routes, [&](const auto& route) { return route.model == model; });
    records::ModelRoute route;
    route.model = model;
    route.champion = champion;
    route.previous = previous;
    route.contract_hash = contract;
    route.revision = ++desired_.revision;
    desired_.routes.push_back(std::move(route));
    std::ranges::sort(desired_.routes, {}, &records::ModelRoute::model);
  }

  std::mutex mutex_;
  records::DesiredState desired_;
  std::vector<std::function<void()>> callbacks_;
  std::atomic<bool> changed_outside_{false};
};

}  // namespace mooring::serving::testing
