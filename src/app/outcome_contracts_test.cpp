#include "app/outcome_contracts.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/check.h"
#include "records/outcomes/outcome_ledger.h"
#include "serving/journal_for_tests.h"

namespace mooring::app {
namespace {

std::string ContractText(const std::string& model, const std::string& outcome) {
  return "model: " + model +
         "\npurpose: p\nowner: {team: t}\ninputs: {x: float64}\n"
         "output: {name: prediction, task: binary}\noutcome: {name: " +
         outcome + "}\nfallback: [deny]\n";
}

bool Takes(OutcomeContracts& contracts, const std::string& name) {
  records::OutcomeItem item;
  item.name = name;
  const auto rules = contracts.Rules();
  return rules != nullptr && rules->Check(item).ok();
}

TEST(OutcomeContracts, FollowTheRegistry) {
  const std::string root = testing::TempDir() + "outcome_contracts";
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(root);
  SimulatedClock clock;
  auto registry = records::Registry::Open({.directory = root, .clock = &clock});
  CHECK_OK_RESULT(registry);
  OutcomeContracts contracts(**registry);
  EXPECT_TRUE(Takes(contracts, "late")) << "no model, no rule";
  const records::Change change{.author = "ann", .reason = "first"};
  CHECK_OK_RESULT((*registry)->ApplyContract(ContractText("a", "late"), change));
  EXPECT_TRUE(Takes(contracts, "late"));
  EXPECT_FALSE(Takes(contracts, "churned"));
  CHECK_OK_RESULT((*registry)->ApplyContract(ContractText("b", "churned"), change));
  EXPECT_TRUE(Takes(contracts, "late"));
  EXPECT_TRUE(Takes(contracts, "churned"));
  CHECK_OK_RESULT((*registry)->ApplyContract(ContractText("a", "delayed"), change));
  EXPECT_FALSE(Takes(contracts, "late"));
  EXPECT_EQ(contracts.Rules(), contracts.Rules()) << "made once";
  registry->reset();
  std::filesystem::remove_all(root);
}

// A ledger over a journal in memory that knows every decision of replica 1.
TEST(OutcomeContracts, FindAnOutcomeByAnyNameThatAContractHasOrHadOrNoneHas) {
  const std::string root = testing::TempDir() + "outcome_contracts_names";
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(root);
  SimulatedClock clock;
  auto registry = records::Registry::Open({.directory = root, .clock = &clock});
  CHECK_OK_RESULT(registry);
  OutcomeContracts contracts(**registry);
  const records::Change change{.author = "ann", .reason = "first"};
  const std::string open =
      "model: open\npurpose: p\nowner: {team: t}\ninputs: {x: float64}\n"
      "output: {name: prediction}\nfallback: [deny]\n";
  CHECK_OK_RESULT((*registry)->ApplyContract(open, change));
  CHECK_OK_RESULT((*registry)->ApplyContract(ContractText("a", "late"), change));
  records::Binding binding;
  binding.contract_hash = (*registry)->Model("a")->contract_hash;

  serving::testing::MemoryJournal journal;
  records::OutcomeLedger ledger(
      {.journal = &journal, .clock = &clock, .rules = [&] { return contracts.Rules(); }});
  const auto tell = [&](std::uint32_t ordinal, const std::string& name) {
    records::OutcomeItem item;
    item.decision = DecisionId{1, 1, ordinal};
    item.name = name;
    records::OutcomeFate fate{};
    CHECK_OK_RESULT(ledger.Record(
        "shop", {item}, [&](const records::OutcomeReport& report) { fate = report.fates[0]; }));
    return fate;
  };
  const auto knows = [&](std::uint32_t ordinal) {
    return contracts.HasOutcome(ledger, {1, 1, ordinal}, binding).value();
  };
  EXPECT_FALSE(knows(1));
  EXPECT_EQ(tell(1, "late"), records::OutcomeFate::kRecorded);
  EXPECT_EQ(tell(2, "anything"), records::OutcomeFate::kRecorded);
  EXPECT_TRUE(knows(1));
  EXPECT_TRUE(knows(2));
  EXPECT_FALSE(knows(3));
  CHECK_OK_RESULT((*registry)->ApplyContract(ContractText("a", "delayed"), change));
  EXPECT_TRUE(knows(1)) << "by the name that its own contract had";
  binding.contract_hash.clear();
  EXPECT_FALSE(knows(1));
  binding.contract_hash = "no such contract";
  EXPECT_TRUE(knows(2));
  EXPECT_FALSE(knows(3));
  registry->reset();
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace mooring::app
