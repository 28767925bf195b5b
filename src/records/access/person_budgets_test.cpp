#include "records/access/person_budgets.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

TEST(PersonBudgets, AreOneAPerson) {
  PersonBudgets budgets;
  EXPECT_EQ(budgets.Of("oidc:ann", 0), budgets.Of("oidc:ann", 5));
  EXPECT_NE(budgets.Of("oidc:ann", 0), budgets.Of("oidc:eve", 0));
}

TEST(PersonBudgets, ForgetOnlyWhoIsAsNew) {
  PersonBudgets budgets;
  const auto held = budgets.Of("held", 0);
  ASSERT_EQ(budgets.Of("asking", 0)->TakeRequest(5'000'000'000), 0);
  const CallerBudget* const asking = budgets.Of("asking", 0).get();
  for (std::size_t i = 0; i < 4 * PersonBudgets::kSweepFrom; ++i) {
    budgets.Of("p" + std::to_string(i), 5'000'000'000);
  }
  EXPECT_LE(budgets.size(), 2 * PersonBudgets::kSweepFrom);
  EXPECT_EQ(budgets.Of("held", 0), held);
  EXPECT_EQ(budgets.Of("asking", 0).get(), asking);
}

}  // namespace
}  // namespace mooring::records
