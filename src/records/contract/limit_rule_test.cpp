#include "records/contract/limit_rule.h"

#include <gtest/gtest.h>

#include <set>

#include "records/contract/contract.h"

namespace mooring::records {
namespace {

TEST(LimitRule, KindsHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(LimitKind::kQuality); ++kind) {
    EXPECT_TRUE(names.insert(LimitKindName(static_cast<LimitKind>(kind))).second);
  }
  EXPECT_EQ(LimitKindName(LimitKind::kOpenExposure), "open_exposure");
  EXPECT_EQ(LimitActionName(LimitAction::kDeny), "deny");
  EXPECT_EQ(LimitScopeName(LimitScope::kCaller), "caller");
  EXPECT_EQ(LimitWeightName(LimitWeight::kNet), "net");
}

TEST(LimitRule, MoneyLatchesAndCountsDoNot) {
  EXPECT_TRUE(LatchesByDefault(LimitKind::kSum) && LatchesByDefault(LimitKind::kDrawdown));
  EXPECT_FALSE(LatchesByDefault(LimitKind::kCount) || LatchesByDefault(LimitKind::kBound));
  EXPECT_TRUE(HasBudget(LimitKind::kRate) && !HasBudget(LimitKind::kQuality));
}

TEST(LimitRule, DigitsAreTheCurrencysUnlessItIsNoMoney) {
  Contract contract;
  contract.output.name = "p";
  LimitRule rule;
  EXPECT_EQ(DigitsOf(rule, contract), 6);
  contract.decision = {.amount = "120 * p", .currency = "KWD", .min = {}, .max = {}};
  EXPECT_EQ(DigitsOf(rule, contract), 3);
  rule.quantity = "p";
  EXPECT_EQ(DigitsOf(rule, contract), 6);
  rule.money = true;
  EXPECT_EQ(DigitsOf(rule, contract), 3);
  rule = {};
  rule.kind = LimitKind::kDrawdown;
  contract.effect.currency = "JPY";
  EXPECT_EQ(DigitsOf(rule, contract), 0);
  rule.kind = LimitKind::kCount;
  EXPECT_EQ(DigitsOf(rule, contract), 0);
}

}  // namespace
}  // namespace mooring::records
