#include "app/outcome_contracts.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/check.h"
#include "records/outcomes/outcome_ledger.h"

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

}  // namespace
}  // namespace mooring::app
