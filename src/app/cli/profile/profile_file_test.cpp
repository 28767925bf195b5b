// Files and servers are in tests/cli; here the names.
#include "app/cli/profile/profile_file.h"

#include <gtest/gtest.h>

namespace mooring::app::cli {
namespace {

TEST(VersionName, TakesWhatStandsBehindTheLastAt) {
  EXPECT_EQ(ParseVersionName("flight-cover").version, "champion");
  EXPECT_EQ(ParseVersionName("flight-cover@3").model, "flight-cover");
  EXPECT_EQ(ParseVersionName("flight-cover@3").version, "3");
  EXPECT_EQ(ParseVersionName("a@b@c").model, "a@b");
  EXPECT_EQ(ParseVersionName("m@").version, "");
}

TEST(OutFlag, HasTheLetterOfOutput) {
  EXPECT_EQ(OutFlag().letter, 'o');
  EXPECT_EQ(OutFlag().completes, Completes::kFile);
}

}  // namespace
}  // namespace mooring::app::cli
