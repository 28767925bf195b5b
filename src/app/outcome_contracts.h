// OutcomeContracts: the rules for outcomes (records/outcomes/outcome_rules.h) by the contracts that
// the registry holds now: of every model, whether it is served or not, for outcomes come long after
// their decisions.
//
// Thread safety: any thread. Failure: what cannot be read refuses nothing; ground truth
// is worth more than the check. Cost: one read of the registry; Rules parses contracts once each.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/ids.h"
#include "records/journal/record.h"
#include "records/outcomes/outcome_ledger.h"
#include "records/outcomes/outcome_rules.h"
#include "records/registry/registry.h"

namespace mooring::app {

class OutcomeContracts {
 public:
  // The registry outlives this.
  explicit OutcomeContracts(records::Registry& registry) : registry_(registry) {}
  // Null when the registry cannot be read, or a contract in it.
  std::shared_ptr<const records::OutcomeRules> Rules();

  // Whether the ledger knows an outcome of the decision: under a name that a contract has now, that
  // its own contract had, or that none had. Not found is what was told under the name of a contract
  // of another model that was changed since. An error when the registry cannot be read.
  Result<bool> HasOutcome(const records::OutcomeLedger& ledger, DecisionId decision,
                          const records::Binding& binding);

 private:
  Result<std::shared_ptr<const records::OutcomeRules>> Read();

  records::Registry& registry_;
  std::mutex mutex_;                           // guards what follows
  std::map<std::string, std::string> hashes_;  // of the contracts that rules_ are made of, by model
  std::shared_ptr<const records::OutcomeRules> rules_;
};

}  // namespace mooring::app
