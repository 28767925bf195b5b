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
  OfModel& own = models_[contract.model] = {};
  if (!names_one) return;
  own.name = contract.outcome->name;
  own.rule.Add(contract);
  rules_[own.name].Add(contract);
}

void OutcomeRules::Rule::Add(const Contract& contract) {
  if (contract.output.task == OutputRule::Task::kMulticlass) any_text = true;
  if (contract.output.task != OutputRule::Task::kBinary) return;
  for (std::string& text : TextsOf(contract.output.positive)) {
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
}

std::vector<std::string> OutcomeRules::AllNames() const {
  std::vector<std::string> names;
  for (const auto& [name, rule] : rules_) names.push_back(name);
  return names;
}

Status OutcomeRules::Check(const OutcomeItem& item) const {
  const auto found = rules_.find(item.name);
  if (found == rules_.end()) {
    if (any_name_) return Ok();
    return Error(Code::kInvalidArgument, "no contract names the outcome '" + item.name +
                                             "'; expected: " + Listed(AllNames()))
        .Help("correct the name, or the contract's outcome: {name: …}");
  }
  return found->second.CheckText(item);
}

bool OutcomeRules::DifferByModel() const {
  return std::ranges::any_of(
      models_, [&](const auto& entry) { return !(entry.second == models_.begin()->second); });
}

Status OutcomeRules::CheckOf(std::string_view model, const OutcomeItem& item) const {
  const auto found = models_.find(model);
  if (found == models_.end() || found->second.name.empty()) return Ok();
  const OfModel& own = found->second;
  if (item.name == own.name) return own.rule.CheckText(item);
  return Error(Code::kInvalidArgument, "the outcome of model '" + std::string(model) + "' is '" +
                                           own.name + "', not '" + item.name + "'")
      .Help("correct the name or the decision, or the contract's outcome: {name: …}");
}

Status OutcomeRules::Rule::CheckText(const OutcomeItem& item) const {
  const bool known = std::ranges::find(texts, item.text) != texts.end();
  if (item.text.empty() || any_text || known) return Ok();
  const std::string expected =
      texts.empty() ? "a number" : "the number 0 or 1, or " + Listed(texts);
  return Error(Code::kInvalidArgument, "the outcome '" + item.name + "' cannot be '" + item.text +
                                           "'; expected: " + expected)
      .Help("0 is the negative class; output.positive in the contract names the positive one");
}

}  // namespace mooring::records
