#include "app/outcome_contracts.h"

#include <utility>

#include "records/contract/contract.h"

namespace mooring::app {

std::shared_ptr<const records::OutcomeRules> OutcomeContracts::Rules() {
  auto rules = Read();
  return rules.ok() ? std::move(rules).value() : nullptr;
}

Result<std::shared_ptr<const records::OutcomeRules>> OutcomeContracts::Read() {
  ASSIGN_OR_RETURN(const std::vector<records::ModelRecord> models, registry_.Models());
  std::map<std::string, std::string> hashes;
  for (const records::ModelRecord& model : models) hashes[model.name] = model.contract_hash;
  {
    const std::lock_guard lock(mutex_);
    if (rules_ != nullptr && hashes == hashes_) return rules_;
  }
  auto made = std::make_shared<records::OutcomeRules>();
  for (const auto& [model, hash] : hashes) {
    records::Contract contract;  // of a model without one: names no outcome
    if (!hash.empty()) {
      ASSIGN_OR_RETURN(const std::string text, registry_.ContractText(hash));
      ASSIGN_OR_RETURN(contract, records::ParseContract(text));
    }
    contract.model = model;
    made->Add(contract);
  }
  const std::lock_guard lock(mutex_);
  hashes_ = std::move(hashes);
  rules_ = std::move(made);
  return rules_;
}

Result<bool> OutcomeContracts::HasOutcome(const records::OutcomeLedger& ledger, DecisionId decision,
                                          const records::Binding& binding) {
  ASSIGN_OR_RETURN(const auto rules, Read());
  if (ledger.Knows(decision, "")) return true;
  for (const std::string& name : rules->AllNames()) {
    if (ledger.Knows(decision, name)) return true;
  }
  if (binding.contract_hash.empty()) return false;
  const auto text = registry_.ContractText(binding.contract_hash);
  if (!text.ok() && text.error().code() == Code::kNotFound) return false;
  RETURN_IF_ERROR(text);
  ASSIGN_OR_RETURN(const records::Contract contract, records::ParseContract(*text));
  return contract.outcome.has_value() && ledger.Knows(decision, contract.outcome->name);
}

}  // namespace mooring::app
