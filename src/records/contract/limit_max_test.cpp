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

}  // namespace
}  // namespace mooring::records
