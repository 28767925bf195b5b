#include "records/audit/audited_registry.h"

#include "base/crypto/digest.h"
#include "records/audit/audited.h"
#include "records/contract/contract.h"

namespace mooring::records {
namespace {

std::string_view StateName(VersionRecord::State state) {
  switch (state) {
    case VersionRecord::State::kRefused: return "refused";
    case VersionRecord::State::kArchived: return "archived";
    default: return "candidate";
  }
}

std::string Moved(const AliasChange& change) {
  const std::string to = change.to == 0 ? "none" : std::to_string(change.to);
  return "to version " + to + ", revision " + std::to_string(change.revision);
}

class AuditedRegistry final : public Registry {
 public:
  explicit AuditedRegistry(AuditedRegistryOptions options)
      : owned_sink_(std::move(options.owned_sink)),
        sink_(owned_sink_ != nullptr ? *owned_sink_ : *options.sink),
        channel_(std::move(options.channel)),
        registry_(std::move(options.registry)) {}

  Result<ModelRecord> ApplyContract(std::string_view text, const Change& change) override {
    // A text that is no contract changes nothing and names no model: the registry says why.
    const auto contract = ParseContract(text);
    if (!contract.ok()) return registry_->ApplyContract(text, change);
    ControlEntry entry = EntryOf("contract.apply", "model", contract->model, change);
    const auto before = registry_->Model(contract->model);
    if (before.ok()) entry.before = before->contract_hash;
    entry.after = Hex(Sha256Of(AsBytes(text)));
    return Audited(sink_, entry, [&] { return registry_->ApplyContract(text, change); });
  }

  Result<VersionRecord> RegisterVersion(std::string_view model, const NewVersion& version,
                                        const Change& change) override {
    ControlEntry entry = EntryOf("version.register", "model", std::string(model), change);
    entry.after = version.artifact_blob;
    entry.detail = version.format + " " + version.artifact_name;
    return Audited(
        sink_, entry, [&] { return registry_->RegisterVersion(model, version, change); },
        [](const auto& made) { return "version " + std::to_string(made->number); });
  }

  Status SetVersionState(std::string_view model, VersionNumber number, VersionRecord::State state,
                         const Change& change) override {
    ControlEntry entry =
        EntryOf("version.state", "version", Part(model, std::to_string(number)), change);
    entry.detail = "to " + std::string(StateName(state));
    entry.before = entry.after = ArtifactOf(model, number);
    return Audited(sink_, entry,
                   [&] { return registry_->SetVersionState(model, number, state, change); });
  }

  Result<AliasChange> SetAlias(std::string_view model, std::string_view alias, VersionNumber to,
                               const Change& change) override {
    ControlEntry entry = EntryOf("alias.set", "alias", Part(model, alias), change);
    entry.detail = "to version " + (to == 0 ? "none" : std::to_string(to));
    if (change.force) entry.detail += ", by force";
    entry.before = ArtifactOf(model, AliasedTo(model, alias));
    entry.after = ArtifactOf(model, to);
    return Audited(
        sink_, entry, [&] { return registry_->SetAlias(model, alias, to, change); },
        [](const auto& made) { return Moved(*made); });
  }

  Result<AliasChange> Rollback(std::string_view model, const Change& change) override {
    ControlEntry entry = EntryOf("alias.rollback", "alias", Part(model, "champion"), change);
    entry.before = ArtifactOf(model, AliasedTo(model, "champion"));
    return Audited(
        sink_, entry, [&] { return registry_->Rollback(model, change); },
        [](const auto& made) { return Moved(*made); });
  }

  // What changes nothing, and what the watch writes.
  Result<std::string> ContractText(std::string_view hash) override {
    return registry_->ContractText(hash);
  }
  Result<std::vector<ModelRecord>> Models() override { return registry_->Models(); }
  Result<ModelRecord> Model(std::string_view name) override { return registry_->Model(name); }
  Result<std::vector<VersionRecord>> Versions(std::string_view model) override {
    return registry_->Versions(model);
  }
  Result<VersionRecord> Version(std::string_view model, VersionNumber number) override {
    return registry_->Version(model, number);
  }
  Result<std::map<std::string, VersionNumber>> Aliases(std::string_view model) override {
    return registry_->Aliases(model);
  }
  Result<std::vector<AliasChange>> AliasHistory(std::string_view model) override {
    return registry_->AliasHistory(model);
  }
  Result<VersionNumber> ChampionAt(std::string_view model, Time time) override {
    return registry_->ChampionAt(model, time);
  }
  Result<DesiredState> Desired() override { return registry_->Desired(); }
  void OnDesiredChange(std::function<void()> callback) override {
    registry_->OnDesiredChange(std::move(callback));
  }
  bool PollExternalChange() override { return registry_->PollExternalChange(); }
  Status StoreVerdicts(std::span<const StoredVerdict> verdicts) override {
    return registry_->StoreVerdicts(verdicts);
  }
  Result<std::vector<StoredVerdict>> Verdicts(std::string_view model,
                                              const VerdictFilter& filter) override {
    return registry_->Verdicts(model, filter);
  }
  Result<std::vector<StoredVerdict>> VerdictsAfter(std::uint64_t sequence,
                                                   std::size_t limit) override {
    return registry_->VerdictsAfter(sequence, limit);
  }

 private:
  ControlEntry EntryOf(std::string action, std::string kind, std::string object,
                       const Change& change) const {
    ControlEntry entry{.principal = change.author, .role = change.role, .channel = channel_};
    entry.address = change.address;
    entry.action = std::move(action);
    entry.object_kind = std::move(kind);
    entry.object = std::move(object);
    entry.reason = change.reason;
    return entry;
  }
  static std::string Part(std::string_view model, std::string_view part) {
    return std::string(model) + "/" + std::string(part);
  }
  // "" and 0 when there is none: the change itself says what is wrong.
  std::string ArtifactOf(std::string_view model, VersionNumber number) {
    if (number == 0) return "";
    const auto version = registry_->Version(model, number);
    return version.ok() ? version->artifact_blob : "";
  }
  VersionNumber AliasedTo(std::string_view model, std::string_view alias) {
    const auto aliases = registry_->Aliases(model);
    if (!aliases.ok()) return 0;
    const auto found = aliases->find(std::string(alias));
    return found == aliases->end() ? 0 : found->second;
  }

  const std::unique_ptr<AuditSink> owned_sink_;
  AuditSink& sink_;
  const std::string channel_;
  const std::unique_ptr<Registry> registry_;
};

}  // namespace

std::unique_ptr<Registry> MakeAuditedRegistry(AuditedRegistryOptions options) {
  return std::make_unique<AuditedRegistry>(std::move(options));
}

}  // namespace mooring::records
