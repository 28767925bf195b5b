#include "control/incidents/departure.h"

#include <gtest/gtest.h>

namespace mooring::control {
namespace {

using records::AliasChange;

AliasChange Moved(VersionNumber from, VersionNumber to, int hour,
                  const std::string& alias = "champion") {
  AliasChange change;
  change.alias = alias;
  change.from = from;
  change.to = to;
  change.at = Time(std::chrono::hours(hour));
  change.author = "ann";
  change.reason = "drift";
  return change;
}

TEST(Departure, AVersionLeavesWhenTheChampionIsAnother) {
  const std::vector<AliasChange> history = {Moved(0, 1, 1), Moved(1, 2, 2), Moved(2, 1, 3)};
  EXPECT_FALSE(DepartureOf(history, 1).has_value()) << "it came back";
  const auto left = DepartureOf(history, 2);
  ASSERT_TRUE(left.has_value());
  EXPECT_EQ(left->at, Time(std::chrono::hours(3)));
  EXPECT_EQ(left->text, "version 2 left service for version 1 (ann: drift)");
  EXPECT_FALSE(DepartureOf(history, 3).has_value()) << "it never served";
  EXPECT_FALSE(DepartureOf({}, 1).has_value());
}

TEST(Departure, NothingThatServesAndOtherAliases) {
  std::vector<AliasChange> history = {Moved(0, 1, 1), Moved(1, 0, 2), Moved(1, 2, 3, "challenger")};
  history[1].reason = "";
  const auto left = DepartureOf(history, 1);
  ASSERT_TRUE(left.has_value());
  EXPECT_EQ(left->at, Time(std::chrono::hours(2)));
  EXPECT_EQ(left->text, "version 1 left service; nothing serves (ann)");
  EXPECT_FALSE(DepartureOf(history, 2).has_value());
}

TEST(Departure, TheNewestDepartureCounts) {
  const std::vector<AliasChange> history = {Moved(0, 1, 1), Moved(1, 2, 2), Moved(2, 1, 3),
                                            Moved(1, 3, 4)};
  EXPECT_EQ(DepartureOf(history, 1)->at, Time(std::chrono::hours(4)));
  EXPECT_EQ(DepartureOf(history, 2)->at, Time(std::chrono::hours(3)));
}

}  // namespace
}  // namespace mooring::control
