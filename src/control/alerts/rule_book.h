// RuleBook: rules of alerts that an operator wrote for some models, owners or kinds of finding, in
// front of the table that all others follow (alert_rules.h). The first that fits is taken; what it
// does not say stays as the table has it.
//
//   rules:
//     - {models: [price-*], kinds: [feature_drift], need: 3, of: 5, clear: 3}
//     - {owners: [risk], need: 1}
//
// Thread safety: const use from any thread. Cost: a few comparisons a cause and window.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/alerts/alert_rules.h"
#include "records/contract/contract.h"
#include "records/contract/yaml_form.h"
#include "records/incidents/incident.h"

namespace mooring::control {

struct ModelRule {
  static constexpr std::uint32_t kMostWindows = 50;

  std::vector<std::string> models, owners, kinds;  // patterns; empty: all
  std::optional<std::uint32_t> need, of, clear;
};

class RuleBook {
 public:
  explicit RuleBook(std::vector<ModelRule> rules = {}) : rules_(std::move(rules)) {}

  // Whether any rule is for owners: then For needs to be told of them.
  bool asks_owners() const;
  // `owner`: the team and the person of the contract in force.
  AlertRule For(const records::Cause& cause, const records::Owner& owner) const;

 private:
  std::vector<ModelRule> rules_;
};

// The list at a form's key; errors go to the form's.
std::vector<ModelRule> ReadModelRules(records::YamlForm& form, std::string_view key);

// The words of a rule travel with the finding that an alert keeps, so that whoever shows the alert
// shows the rule by which it is one.
std::string WithRule(std::string findings_json, const AlertRule& rule);
// "2 of 3 windows, …"; of an alert without such words that of its kind.
std::string RuleWords(std::string_view findings_json, std::string_view kind);

}  // namespace mooring::control
