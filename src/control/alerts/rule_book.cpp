#include "control/alerts/rule_book.h"

#include <algorithm>

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::control {
namespace {

using records::ValueKind;
using records::YamlForm;

constexpr std::size_t kMostRules = 1000;

bool Fits(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           return records::Matches(pattern, text);
         });
}

bool FitsOwner(const std::vector<std::string>& patterns, const records::Owner& owner) {
  if (patterns.empty()) return true;
  return (!owner.team.empty() && Fits(patterns, owner.team)) ||
         (!owner.person.empty() && Fits(patterns, owner.person));
}

ModelRule ReadRule(YamlForm& form) {
  ModelRule rule;
  rule.models = form.Texts("models");
  rule.owners = form.Texts("owners");
  rule.kinds = form.Texts("kinds");
  const auto windows = [&form](std::string_view key) {
    const auto value = form.Get(
        key, {ValueKind::kInteger, false, {}, 1, static_cast<double>(ModelRule::kMostWindows)});
    return value ? std::optional(static_cast<std::uint32_t>(value->integer)) : std::nullopt;
  };
  rule.need = windows("need");
  rule.of = windows("of");
  rule.clear = windows("clear");
  if (rule.need && rule.of && *rule.of < *rule.need) form.Fail("of", "is fewer than 'need'");
  if (!rule.need && !rule.of && !rule.clear) {
    form.Fail("need", "the rule says nothing", "need, of or clear: numbers of windows");
  }
  return rule;
}

}  // namespace

bool RuleBook::asks_owners() const {
  return std::ranges::any_of(rules_, [](const ModelRule& rule) { return !rule.owners.empty(); });
}

AlertRule RuleBook::For(const records::Cause& cause, const records::Owner& owner) const {
  AlertRule rule = RuleOf(cause.kind);
  for (const ModelRule& own : rules_) {
    const bool fits = Fits(own.models, cause.model) && Fits(own.kinds, cause.kind) &&
                      FitsOwner(own.owners, owner);
    if (!fits) continue;
    rule.need = own.need.value_or(own.of ? std::min(rule.need, *own.of) : rule.need);
    rule.of = own.of.value_or(std::max(rule.of, rule.need));
    rule.clear = own.clear.value_or(rule.clear);
    return rule;
  }
  return rule;
}

std::vector<ModelRule> ReadModelRules(YamlForm& form, std::string_view key) {
  std::vector<ModelRule> rules;
  const records::YamlNode* list = form.Find(key);
  if (list == nullptr) return rules;
  if (!list->is_list() || list->items.size() > kMostRules) {
    form.Fail(key, list->is_list() ? "too many: at most 1000" : "must be a list",
              "- {models: [price-*], need: 3, of: 5}");
    return rules;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    YamlForm entry(form.errors(), list->items[i], form.PathOf(key) + "[" + std::to_string(i) + "]");
    rules.push_back(ReadRule(entry));
    entry.Finish();
  }
  return rules;
}

std::string WithRule(std::string findings_json, const AlertRule& rule) {
  if (!findings_json.ends_with("}]")) return findings_json;
  std::string member;
  JsonWriter json(member);
  json.BeginObject().Member("rule", Describe(rule)).EndObject();
  // {"rule":"…"} without its first brace goes in the place of the finding's last.
  findings_json.resize(findings_json.size() - 2);
  return findings_json + "," + member.substr(1) + "]";
}

std::string RuleWords(std::string_view findings_json, std::string_view kind) {
  const auto parsed = Json::Parse(findings_json);
  if (parsed.ok() && parsed->IsArray()) {
    const auto list = parsed->AsArray();
    if (list.ok() && !(*list)->empty()) {
      const Json* words = (**list)[0].Find("rule");
      const auto text =
          words == nullptr ? Result<std::string_view>(std::string_view()) : words->AsString();
      if (text.ok() && !text->empty()) return std::string(*text);
    }
  }
  return Describe(RuleOf(kind));
}

}  // namespace mooring::control
