#include "records/contract/limit_max.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

TEST(LimitMax, PartsAreBillionthsAndTheRestIsAsItsQuantity) {
  Contract contract;
  contract.decision.amount = "120 * probability";
  contract.decision.currency = "RUB";
  const auto digits = [&](LimitKind kind) {
    LimitRule rule;
    rule.kind = kind;
    return DigitsOfMax(rule, contract);
  };
  EXPECT_EQ(digits(LimitKind::kShare), 9);
  EXPECT_EQ(digits(LimitKind::kGrowth), 9) << "though its quantity is money";
  EXPECT_EQ(digits(LimitKind::kRate), 0);
  EXPECT_EQ(digits(LimitKind::kCount), 0);
  EXPECT_EQ(digits(LimitKind::kSum), 2);
  EXPECT_EQ(digits(LimitKind::kDrawdown), 2);
}

TEST(LimitMax, OfARateIsWhatItLetsThroughInItsPeriod) {
  LimitRule rule;
  rule.kind = LimitKind::kRate;
  EXPECT_FALSE(MaxOf(rule));
  rule.rate_count = 100;
  EXPECT_EQ(MaxOf(rule)->Compare(data::Decimal(100)), 0);
  rule.kind = LimitKind::kShare;
  EXPECT_FALSE(MaxOf(rule));
  rule.max = data::Decimal(1);
  EXPECT_EQ(MaxOf(rule)->Compare(data::Decimal(1)), 0);
}

}  // namespace
}  // namespace mooring::records
