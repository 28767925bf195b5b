// OutcomeRules: what the contracts say an outcome may be, for whoever takes outcomes in
// (OutcomeLedger::Options::rules). Knows contracts, not decisions: who knows which model a decision
// is of asks CheckOf too.
//
//   OutcomeRules rules;
//   rules.Add(contract);  // of each model
//   RETURN_IF_ERROR(rules.Check(item));           // it may be of some model
//   RETURN_IF_ERROR(rules.CheckOf(model, item));  // it may be of this one
//
// By Check, a name must be the outcome's name in one of the contracts; where a contract names none,
// any will do, for it may be of that model. A text must be a class of one of the models whose
// outcome it is: of a binary one its positive class or the opposite of it ("not late"; without a
// positive class 0 and 1), of a multi-class one anything. Numbers are always taken. So a text that
// quality would count as "not the positive class", or not at all, does not overwrite a good
// outcome. CheckOf is the same by one model's contract alone; of a model that it does not know,
// everything goes.
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
  Status CheckOf(std::string_view model, const OutcomeItem& item) const;
  // Whether CheckOf can say more than Check: two models whose outcomes are not the same.
  bool DifferByModel() const;
  // Whether a contract has an outcome of this name; all such names, ascending.
  bool Names(std::string_view name) const { return rules_.contains(name); }
  std::vector<std::string> AllNames() const;

 private:
  struct Rule {
    bool any_text = false;           // of a multi-class model
    std::vector<std::string> texts;  // else these
    void Add(const Contract& contract);
    Status CheckText(const OutcomeItem& item) const;
    bool operator==(const Rule&) const = default;
  };
  struct OfModel {
    std::string name;  // of its outcome; "" none: any will do
    Rule rule;
    bool operator==(const OfModel&) const = default;
  };
  bool any_name_ = true;  // no contract, or one without an outcome
  bool has_contract_ = false;
  std::map<std::string, Rule, std::less<>> rules_;      // by the outcome's name
  std::map<std::string, OfModel, std::less<>> models_;  // by the model's
};

}  // namespace mooring::records
