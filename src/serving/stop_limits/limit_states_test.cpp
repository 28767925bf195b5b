#include "serving/stop_limits/limit_states.h"

#include <gtest/gtest.h>

#include <set>

#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::LimitKind;
using records::LimitRule;
using records::LimitScope;

TEST(Canonical, DifferentListsGiveDifferentBytes) {
  EXPECT_NE(Canonical().Add("ab").Add("c").bytes(), Canonical().Add("a").Add("bc").bytes());
  EXPECT_NE(Canonical().Add("1").bytes(), Canonical().Add(1).bytes());
  EXPECT_NE(Canonical().Add("").bytes(), Canonical().bytes());
}

TEST(LimitStates, AThresholdIsNoPartOfABudgetItsShapeIs) {
  const LimitRule rule = RuleOf("daily", LimitKind::kSum);
  const auto family = FamilyOf(rule, "cover", 3);
  LimitRule other = rule;
  other.max = data::Decimal(7);
  other.latch = true;
  EXPECT_EQ(FamilyOf(other, "cover", 3), family);
  EXPECT_EQ(FamilyOf(rule, "cover", 4), family);  // of the model, not the version
  EXPECT_NE(FamilyOf(rule, "cover2", 3), family);
  other = rule;
  other.quantity = "1";
  EXPECT_NE(FamilyOf(other, "cover", 3), family);
  other = rule;
  other.window.buckets = 12;
  EXPECT_NE(FamilyOf(other, "cover", 3), family);
  other = rule;
  other.per = {"seat"};
  EXPECT_NE(FamilyOf(other, "cover", 3), family);
  EXPECT_NE(FamilyOf(rule, "cover", 3, "USD"), FamilyOf(rule, "cover", 3, "JPY"));
}

TEST(LimitStates, AScopeSharesWhatItSays) {
  LimitRule rule = RuleOf("daily", LimitKind::kSum);
  rule.scope = LimitScope::kAll;
  EXPECT_EQ(FamilyOf(rule, "a", 1), FamilyOf(rule, "b", 2));
  rule.scope = LimitScope::kVersion;
  EXPECT_NE(FamilyOf(rule, "a", 1), FamilyOf(rule, "a", 2));
}

TEST(LimitStates, EachValueOfAKeyIsABudget) {
  data::Batch inputs(std::make_shared<const data::Schema>(
      *data::Schema::Make({{"seat", data::Type::kString}, {"fare", data::Type::kFloat64}})));
  for (const char* seat : {"1A", "1B", ""}) {
    inputs.column(0).AppendText(seat);
    inputs.column(1).Append(1.0);
  }
  inputs.column(0).AppendNull();
  inputs.column(1).Append(1.0);
  inputs.column(0).AppendText("1A");
  inputs.column(1).Append(2.0);
  inputs.SetRows(5);
  const std::vector<KeyColumn> columns = {{0, "seat", false}, {1, "fare", false}};
  std::set<records::LimitStateId> seen;
  for (std::size_t row = 0; row < 5; ++row) {
    seen.insert(StateOf({.family = {1, 2}, .columns = columns, .inputs = &inputs, .row = row}));
  }
  EXPECT_EQ(seen.size(), 5U);  // null is not ""
  const std::string_view a = "a", b = "b";
  const std::int64_t decision = 5;
  seen.insert(StateOf({.family = {1, 2}, .caller = &a, .columns = {}}));
  seen.insert(StateOf({.family = {1, 2}, .caller = &b, .columns = {}}));
  seen.insert(StateOf({.family = {1, 2}, .caller = &b, .columns = {}, .decision = &decision}));
  seen.insert(StateOf({.family = {2, 1}, .caller = &b, .columns = {}, .decision = &decision}));
  EXPECT_EQ(seen.size(), 9U);
}

TEST(LimitStates, AKeyFromTheJournalIsThatOfTheDecision) {
  struct Named final : records::Pseudonymiser {
    std::string Pseudonym(std::string_view column, std::string_view value) const override {
      return std::string(column) + "/" + std::string(value);
    }
  } names;
  data::Batch inputs(std::make_shared<const data::Schema>(
      *data::Schema::Make({{"seat", data::Type::kString, true, nullptr}})));
  inputs.column(0).AppendText("1A");
  inputs.column(0).AppendText("seat/1A");
  inputs.SetRows(2);
  const std::vector<KeyColumn> columns = {{0, "seat", true}};
  const auto live =
      StateOf({.family = {1, 2}, .columns = columns, .inputs = &inputs, .pseudonymiser = &names});
  EXPECT_EQ(StateOf({.family = {1, 2}, .columns = columns, .inputs = &inputs, .row = 1}), live);
  EXPECT_NE(StateOf({.family = {1, 2}, .columns = columns, .inputs = &inputs}), live);
}

}  // namespace
}  // namespace mooring::serving
