#include "records/registry/alias_history.h"

#include <gtest/gtest.h>

#include <vector>

namespace mooring::records {
namespace {

Time At(int second) { return Time(std::chrono::seconds(second)); }

AliasChange Change(const std::string& alias, VersionNumber from, VersionNumber to, int second) {
  AliasChange change;
  change.alias = alias;
  change.from = from;
  change.to = to;
  change.at = At(second);
  change.author = "ann";
  return change;
}

TEST(AliasHistory, SaysWhereEachAliasPointedAtAMoment) {
  const std::vector<AliasChange> history = {
      Change("champion", 0, 1, 10), Change("candidate", 0, 2, 20), Change("champion", 1, 2, 30),
      Change("candidate", 2, 0, 30), Change("champion", 2, 1, 40)};
  const auto at = [&](int second) {
    std::string text;
    for (const auto& [alias, change] : AliasesAt(history, At(second))) {
      text += alias + "=" + std::to_string(change.to) + " ";
    }
    return text;
  };
  EXPECT_EQ(at(9), "");
  EXPECT_EQ(at(10), "champion=1 ");
  EXPECT_EQ(at(29), "candidate=2 champion=1 ");
  EXPECT_EQ(at(30), "champion=2 ");
  EXPECT_EQ(at(1000), "champion=1 ");
  EXPECT_EQ(AliasesAt(history, At(35)).at("champion").at, At(30)) << "since then";
  EXPECT_TRUE(AliasesAt({}, At(1)).empty());
}

}  // namespace
}  // namespace mooring::records
