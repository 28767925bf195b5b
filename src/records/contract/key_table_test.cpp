#include "records/contract/keys.h"

#include <gtest/gtest.h>

#include <set>

namespace mooring::records {
namespace {

TEST(ContractKeys, EachHasItsParentItsMeaningAndAPathOfItsOwn) {
  std::set<std::string_view> paths;
  for (const ContractKey& key : ContractKeys()) {
    EXPECT_TRUE(paths.insert(key.path).second) << key.path;
    EXPECT_TRUE(key.meaning.ends_with('.')) << key.path;
    const auto cut = key.path.ends_with("[]") ? key.path.size() - 2 : key.path.rfind('.');
    if (cut == key.path.npos) continue;
    EXPECT_TRUE(paths.contains(key.path.substr(0, cut))) << key.path << " stands before its parent";
  }
}

TEST(ContractKeys, RequiredKeysHaveNoDefaultAndChoicesAreGiven) {
  for (const ContractKey& key : ContractKeys()) {
    EXPECT_FALSE(key.required && !key.default_text.empty()) << key.path;
    EXPECT_EQ(key.value.kind == ValueKind::kChoice, !key.value.choices.empty()) << key.path;
    if (!key.shorthand.empty()) {
      EXPECT_NE(ExplainContractKey(std::string(key.path) + "." + std::string(key.shorthand)),
                nullptr);
    }
  }
}

// A contract in which `key` is written as its documented default, and nothing else that it could
// change.
std::string WithDefault(const ContractKey& key) {
  std::string text = "model: m\nowner: {team: t}\n";
  const std::string value(key.default_text);
  const std::string_view path = key.path;
  const auto last = std::string(path.substr(path.rfind('.') + 1));
  const bool input = path.starts_with("inputs.*."), output = path.starts_with("output.");
  text += "inputs: {a: {type: category" + (input ? ", " + last + ": " + value : "") + "}}\n";
  if (path.starts_with("monitor.quality"))
    text += "output: {name: s, task: binary}\n";
  else
    text += "output: {name: s" + (output ? ", " + last + ": " + value : "") + "}\n";
  if (path.starts_with("outcome."))
    text += "outcome: {name: o, " + last + ": " + value + "}\n";
  else
    text += "outcome: {name: o}\n";
  text += "checks: [{name: c, expression: \"a == 'x'\"" +
          (path.starts_with("checks[].") ? ", " + last + ": " + value : std::string()) + "}]\n";
  if (path.starts_with("monitor.window."))
    text += "monitor: {window: {" + last + ": " + value + "}}\n";
  if (path.starts_with("monitor.drift."))
    text += "monitor: {drift: {" + last + ": " + value + "}}\n";
  if (path == "monitor.reference") text += "monitor: {reference: " + value + "}\n";
  if (path == "monitor.quality.estimate")
    text += "monitor: {quality: {metric: auc, estimate: " + value + "}}\n";
  if (path.starts_with("monitor.quality.business[]"))
    text += "monitor: {quality: {metric: auc, business: [{name: b, expression: o, " + last + ": " +
            value + "}]}}\n";
  if (path.starts_with("limits[].")) {
    const std::string kind = last == "zone"     ? "count: 1, over: day"
                             : last == "burst"  ? "rate: 1/s"
                             : last == "after"  ? "share: \"1\", over: 1h, max: 1"
                             : last == "weeks"  ? "growth: \"1\", over: 1h, max: 1"
                             : last == "weight" ? "sum: \"1\", over: 1h, max: 1"
                                                : "count: 1, over: 1h, per: [a]";
    text += "limits: [{name: l, " + kind + ", " + last + ": " + value + "}]\n";
  }
  const std::string chain = "[{constant: 5, " + last + ": " + value + "}]";
  if (path.starts_with("fallback[].")) text += "fallback: " + chain + "\n";
  if (path.starts_with("fallback.*")) text += "fallback: {killed: " + chain + "}\n";
  return text;
}

TEST(ContractKeys, DocumentedDefaultsAreThoseOfTheParser) {
  ContractKey none{};
  const Contract plain = *ParseContract(WithDefault(none));
  for (const ContractKey& key : ContractKeys()) {
    if (key.default_text.empty() || key.set == nullptr) continue;
    const auto parsed = ParseContract(WithDefault(key));
    ASSERT_TRUE(parsed.ok()) << key.path << ": " << parsed.error().ToString();
    const InputRule &a = parsed->inputs[0], &b = plain.inputs[0];
    EXPECT_EQ(std::tie(a.missing, a.invalid, a.unseen), std::tie(b.missing, b.invalid, b.unseen))
        << key.path;
    if (!key.path.starts_with("monitor.quality")) {
      EXPECT_EQ(parsed->output.task, plain.output.task) << key.path;
    }
    EXPECT_EQ(parsed->outcome->matures_after, plain.outcome->matures_after) << key.path;
    EXPECT_EQ(parsed->checks[0].on_breach, plain.checks[0].on_breach) << key.path;
    const MonitorRule &m = parsed->monitor, &n = plain.monitor;
    EXPECT_EQ(std::tie(m.window_rows, m.window_every, m.window_min_rows, m.psi, m.share, m.p_value),
              std::tie(n.window_rows, n.window_every, n.window_min_rows, n.psi, n.share, n.p_value))
        << key.path;
    EXPECT_EQ(std::tie(m.policy, m.multivariate, m.reference.kind, m.quality.estimate),
              std::tie(n.policy, n.multivariate, n.reference.kind, n.quality.estimate))
        << key.path;
    for (const BusinessRule& rule : m.quality.business) {
      EXPECT_EQ(rule.higher_is_better, BusinessRule().higher_is_better) << key.path;
    }
    for (const LimitRule& rule : parsed->limits) {
      const LimitRule usual;
      EXPECT_EQ(
          std::tie(rule.window.zone, rule.window.buckets, rule.weight, rule.burst, rule.after,
                   rule.reference_weeks, rule.scope, rule.keys, rule.then, rule.advisory),
          std::tie(usual.window.zone, usual.window.buckets, usual.weight, usual.burst, usual.after,
                   usual.reference_weeks, usual.scope, usual.keys, usual.then, usual.advisory))
          << key.path;
    }
    EXPECT_NE(parsed->text, plain.text) << key.path;  // the default was really written
  }
}

}  // namespace
}  // namespace mooring::records
