#include "records/outcomes/outcome_rules.h"

#include <gtest/gtest.h>

#include "records/outcomes/outcome_ledger.h"

namespace mooring::records {
namespace {

using Task = OutputRule::Task;

Contract ContractOf(Task task, const std::string& outcome, const std::string& positive = "") {
  Contract contract;
  contract.output.task = task;
  contract.output.positive = positive;
  if (!outcome.empty()) contract.outcome = OutcomeRule{.name = outcome};
  return contract;
}

OutcomeItem Item(const std::string& name, const std::string& text) {
  OutcomeItem item;
  item.name = name;
  item.text = text;
  return item;
}

bool Takes(const OutcomeRules& rules, const std::string& name, const std::string& text) {
  return rules.Check(Item(name, text)).ok();
}

TEST(OutcomeRules, TakeOnlyNamesThatAContractHas) {
  OutcomeRules rules;
  EXPECT_TRUE(Takes(rules, "anything", "")) << "there is no contract";
  rules.Add(ContractOf(Task::kBinary, "late"));
  rules.Add(ContractOf(Task::kRegression, "price"));
  EXPECT_TRUE(Takes(rules, "late", ""));
  EXPECT_TRUE(Takes(rules, "price", ""));
  const Status refused = rules.Check(Item("Late", ""));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(refused.error().message(),
            "no contract names the outcome 'Late'; expected: 'late', 'price'");
  rules.Add(ContractOf(Task::kBinary, ""));
  EXPECT_TRUE(Takes(rules, "Late", "")) << "it may be of the model whose contract names none";
  rules.Add(ContractOf(Task::kBinary, "other"));
  EXPECT_TRUE(Takes(rules, "Late", ""));
}

TEST(OutcomeRules, TakeTextsThatQualityUnderstands) {
  const struct {
    Task task;
    const char *positive, *text;
    bool taken;
  } cases[] = {
      {Task::kBinary, "", "1", true},          {Task::kBinary, "", "0", true},
      {Task::kBinary, "", "banana", false},    {Task::kBinary, "late", "late", true},
      {Task::kBinary, "late", "", true},       {Task::kBinary, "late", "not late", true},
      {Task::kBinary, "late", "Late", false},  {Task::kBinary, "late", "1", false},
      {Task::kBinary, "1", "0", true},         {Task::kBinary, "1", "1", true},
      {Task::kBinary, "yes", "no", true},      {Task::kBinary, "yes", "maybe", false},
      {Task::kMulticlass, "", "banana", true}, {Task::kRegression, "", "banana", false},
  };
  for (const auto& c : cases) {
    OutcomeRules rules;
    rules.Add(ContractOf(c.task, "y", c.positive));
    EXPECT_EQ(Takes(rules, "y", c.text), c.taken) << c.positive << " " << c.text;
  }
}

TEST(OutcomeRules, OfOneModelAreItsContractsAlone) {
  OutcomeRules rules;
  Contract flights = ContractOf(Task::kBinary, "late", "late"), churn = flights, open;
  flights.model = "flights";
  rules.Add(flights);
  EXPECT_FALSE(rules.DifferByModel());
  churn.model = "churn";
  rules.Add(churn);
  EXPECT_FALSE(rules.DifferByModel()) << "the same outcome";
  churn.outcome->name = "left";
  churn.output.positive = "gone";
  rules.Add(churn);
  EXPECT_TRUE(rules.DifferByModel());
  EXPECT_TRUE(rules.CheckOf("churn", Item("left", "gone")).ok());
  EXPECT_FALSE(rules.CheckOf("churn", Item("left", "late")).ok());
  const Status refused = rules.CheckOf("churn", Item("late", "late"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message(), "the outcome of model 'churn' is 'left', not 'late'");
  EXPECT_TRUE(rules.CheckOf("flights", Item("late", "late")).ok());
  EXPECT_TRUE(rules.CheckOf("unheard-of", Item("anything", "")).ok());
  open.model = "open";
  rules.Add(open);
  EXPECT_TRUE(rules.CheckOf("open", Item("anything", "")).ok());
}

// The same name in two contracts: whose decision it is cannot be told, so either's will do.
TEST(OutcomeRules, ANameOfTwoModelsHasTheTextsOfBoth) {
  OutcomeRules rules;
  rules.Add(ContractOf(Task::kBinary, "y", "late"));
  EXPECT_FALSE(Takes(rules, "y", "bad"));
  rules.Add(ContractOf(Task::kBinary, "y", "bad"));
  EXPECT_TRUE(Takes(rules, "y", "bad"));
  EXPECT_TRUE(Takes(rules, "y", "late"));
  const Status refused = rules.Check(Item("y", "red"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message(),
            "the outcome 'y' cannot be 'red'; expected: the number 0 or 1, or 'late', 'not "
            "late', 'bad', 'not bad'");
  rules.Add(ContractOf(Task::kMulticlass, "y"));
  EXPECT_TRUE(Takes(rules, "y", "red"));
}

}  // namespace
}  // namespace mooring::records
