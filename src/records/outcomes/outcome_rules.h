// OutcomeRules: what the contracts say an outcome may be, for whoever takes outcomes in
// (OutcomeLedger::Options::rules). Knows contracts, not decisions: which model a decision is of is
// only known to the journal, and reading it would cost more than recording the outcome.
//
//   OutcomeRules rules;
//   rules.Add(contract);  // of each model
//   RETURN_IF_ERROR(rules.Check(item));
//
// A name must be the outcome's name in one of the contracts; where a contract names none, any will
// do, for it may be of that model. A text must be a class of one of the models whose outcome it is:
// of a binary one its positive class or the opposite of it ("not late"; without a positive class 0
// and 1), of a multi-class one anything. Numbers are always taken. So a text that quality would
// count as "not the positive class", or not at all, does not overwrite a good outcome.
//
// Thread safety: const use from any. Failure: kInvalidArgument; says what is expected. Cost: one
// look-up a check.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/contract/contract.h"

namespace mooring::records {

struct OutcomeItem;

class OutcomeRules {
 public:
  void Add(const Contract& contract);
  Status Check(const OutcomeItem& item) const;

 private:
  struct Rule {
    bool any_text = false;           // of a multi-class model
    std::vector<std::string> texts;  // else these
  };
  bool any_name_ = true;  // no contract, or one without an outcome
  bool has_contract_ = false;
  std::map<std::string, Rule, std::less<>> rules_;  // by the outcome's name
};

}  // namespace mooring::records
