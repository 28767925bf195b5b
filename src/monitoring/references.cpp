#include "monitoring/references.h"

namespace mooring::monitoring {

Result<std::shared_ptr<const Reference>> References::For(const records::Binding& binding) {
  if (const auto found = known_.find(binding); found != known_.end()) return found->second;
  ASSIGN_OR_RETURN(std::shared_ptr<const Reference> reference, Read(binding));
  known_.emplace(Key{binding.model, binding.version, binding.contract_hash}, reference);
  return reference;
}

Result<std::shared_ptr<const Reference>> References::Read(const records::Binding& binding) {
  auto reference = std::make_shared<Reference>();
  if (!binding.contract_hash.empty()) {
    ASSIGN_OR_RETURN(const std::string text, registry_.ContractText(binding.contract_hash));
    ASSIGN_OR_RETURN(records::Contract contract, records::ParseContract(text));
    reference->rule = contract.monitor;
    reference->score_output = contract.output.name;
    reference->task = contract.output.task;
    reference->contract = std::make_shared<const records::Contract>(std::move(contract));
  }
  ASSIGN_OR_RETURN(const records::VersionRecord version,
                   registry_.Version(binding.model, binding.version));
  if (!version.reference_blob.empty()) {
    ASSIGN_OR_RETURN(const std::string text, read_blob_(version.reference_blob));
    ASSIGN_OR_RETURN(data::BatchProfile profile, data::BatchProfile::FromJson(text));
    reference->profile = std::make_shared<const data::BatchProfile>(std::move(profile));
  }
  if (!version.watch_blob.empty()) {
    ASSIGN_OR_RETURN(const std::string text, read_blob_(version.watch_blob));
    const auto bins = reference->profile == nullptr ? nullptr : reference->profile->bins();
    ASSIGN_OR_RETURN(reference->learned, ParseLearned(text, bins));
  }
  return std::shared_ptr<const Reference>(std::move(reference));
}

}  // namespace mooring::monitoring
