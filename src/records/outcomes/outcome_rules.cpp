#include "records/outcomes/outcome_rules.h"

#include <algorithm>

#include "records/outcomes/outcome_ledger.h"

namespace mooring::records {
namespace {

constexpr std::size_t kNamed = 5;  // in an error

std::string Listed(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < kNamed; ++i) {
    text += (i == 0 ? "'" : ", '") + all[i] + "'";
  }
  return all.size() > kNamed ? text + ", …" : text;
}

// Texts that quality understands of a binary model; only 1, true and yes have an opposite word.
std::vector<std::string> TextsOf(const std::string& positive) {
  if (positive.empty()) return {"0", "1"};
  std::vector<std::string> texts = {positive, "not " + positive};
  static constexpr std::pair<std::string_view, const char*> kOpposites[] = {
      {"1", "0"}, {"true", "false"}, {"True", "False"}, {"yes", "no"}};
  for (const auto& [word, opposite] : kOpposites) {
    if (positive == word) texts.emplace_back(opposite);
  }
  return texts;
}

}  // namespace

void OutcomeRules::Add(const Contract& contract) {
  const bool names_one = contract.outcome.has_value();
  any_name_ = !names_one || (has_contract_ && any_name_);
  has_contract_ = true;
  if (!names_one) return;
  Rule& rule = rules_[contract.outcome->name];
  if (contract.output.task == OutputRule::Task::kMulticlass) rule.any_text = true;
  if (contract.output.task != OutputRule::Task::kBinary) return;
  for (std::string& text : TextsOf(contract.output.positive)) {
    if (std::ranges::find(rule.texts, text) == rule.texts.end()) {
      rule.texts.push_back(std::move(text));
    }
  }
}

Status OutcomeRules::Check(const OutcomeItem& item) const {
  const auto found = rules_.find(item.name);
  if (found == rules_.end()) {
    if (any_name_) return Ok();
    std::vector<std::string> names;
    for (const auto& [name, rule] : rules_) names.push_back(name);
    return Error(Code::kInvalidArgument,
                 "no contract names the outcome '" + item.name + "'; expected: " + Listed(names))
        .Help("correct the name, or the contract's outcome: {name: …}");
  }
  const Rule& rule = found->second;
  const bool known = std::ranges::find(rule.texts, item.text) != rule.texts.end();
  if (item.text.empty() || rule.any_text || known) return Ok();
  const std::string expected =
      rule.texts.empty() ? "a number" : "the number 0 or 1, or " + Listed(rule.texts);
  return Error(Code::kInvalidArgument, "the outcome '" + item.name + "' cannot be '" + item.text +
                                           "'; expected: " + expected)
      .Help("0 is the negative class; output.positive in the contract names the positive one");
}

}  // namespace mooring::records
