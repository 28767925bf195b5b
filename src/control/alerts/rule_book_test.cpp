#include "control/alerts/rule_book.h"

#include <gtest/gtest.h>

namespace mooring::control {
namespace {

const records::Owner kPricing{.team = "pricing", .person = "ann@example.org", .escalation = ""};

records::Cause Cause(const std::string& model, const std::string& kind) {
  return {model, "drift", kind, ""};
}

std::string Words(const RuleBook& book, const std::string& model, const std::string& kind,
                  const records::Owner& owner = {}) {
  const AlertRule rule = book.For(Cause(model, kind), owner);
  return std::to_string(rule.need) + "/" + std::to_string(rule.of) + "/" +
         std::to_string(rule.clear);
}

ModelRule Rule(std::vector<std::string> models, std::optional<std::uint32_t> need,
               std::optional<std::uint32_t> of = {}, std::optional<std::uint32_t> clear = {}) {
  ModelRule rule;
  rule.models = std::move(models);
  rule.need = need;
  rule.of = of;
  rule.clear = clear;
  return rule;
}

TEST(RuleBook, WithoutRulesTheTableStands) {
  const RuleBook book;
  EXPECT_EQ(Words(book, "m", "feature_drift"), "2/3/2");
  EXPECT_EQ(Words(book, "m", "freshness"), "1/1/1");
  EXPECT_FALSE(book.asks_owners());
}

TEST(RuleBook, TheFirstRuleThatFitsIsTaken) {
  const RuleBook book({Rule({"price-*"}, 3, 5, 4), Rule({"price-a", "risk"}, 1), Rule({}, 4)});
  EXPECT_EQ(Words(book, "price-a", "feature_drift"), "3/5/4");
  EXPECT_EQ(Words(book, "risk", "feature_drift"), "1/3/2");
  EXPECT_EQ(Words(book, "other", "feature_drift"), "4/4/2");
}

TEST(RuleBook, WhatARuleDoesNotSayStaysPossible) {
  EXPECT_EQ(Words(RuleBook({Rule({}, {}, 1)}), "m", "feature_drift"), "1/1/2") << "1 of 1";
  EXPECT_EQ(Words(RuleBook({Rule({}, {}, 6)}), "m", "feature_drift"), "2/6/2");
  EXPECT_EQ(Words(RuleBook({Rule({}, {}, {}, 7)}), "m", "latency"), "1/1/7");
  EXPECT_EQ(Words(RuleBook({Rule({}, 5)}), "m", "latency"), "5/5/2");
}

TEST(RuleBook, KindsAndOwnersSelectToo) {
  ModelRule of_kind = Rule({}, 9, 9);
  of_kind.kinds = {"score_*"};
  ModelRule of_team = Rule({"m"}, 8, 8);
  of_team.owners = {"pric*"};
  ModelRule of_person = Rule({}, 7, 7);
  of_person.owners = {"ann@*"};
  EXPECT_EQ(Words(RuleBook({of_kind}), "m", "score_drift"), "9/9/2");
  EXPECT_EQ(Words(RuleBook({of_kind}), "m", "missing"), "2/3/2");
  const RuleBook owners({of_team, of_person});
  EXPECT_TRUE(owners.asks_owners());
  EXPECT_EQ(Words(owners, "m", "missing", kPricing), "8/8/2");
  EXPECT_EQ(Words(owners, "n", "missing", kPricing), "7/7/2");
  EXPECT_EQ(Words(owners, "m", "missing"), "2/3/2") << "nobody's";
}

TEST(RuleBook, ItsWordsTravelWithTheFinding) {
  monitoring::Finding finding;
  finding.kind = "missing";
  finding.what = "x is \"missing\"";
  const std::string plain = monitoring::FindingsJson({finding});
  EXPECT_EQ(RuleWords(plain, "missing"), Describe(RuleOf("missing")));
  EXPECT_EQ(RuleWords("", "latency"), Describe(RuleOf("latency")));
  const AlertRule rule{.kind = "missing", .need = 3, .of = 5, .clear = 4, .summary = ""};
  const std::string with = WithRule(plain, rule);
  EXPECT_EQ(RuleWords(with, "missing"), "3 of 5 windows, at once when certain, over after 4 clear");
  const auto back = monitoring::ParseFindings(with);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->front().what, finding.what);
  EXPECT_EQ(WithRule("[]", rule), "[]");
}

}  // namespace
}  // namespace mooring::control
