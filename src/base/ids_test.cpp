#include "base/ids.h"

#include <gtest/gtest.h>

namespace mooring {
namespace {

TEST(Ids, DecisionIdsComeBackThroughText) {
  const DecisionId id{.replica = 1, .segment = 57, .ordinal = 4021};
  EXPECT_EQ(id.ToString(), "d1-57-4021");
  EXPECT_EQ(*DecisionId::Parse(id.ToString()), id);
  const DecisionId largest{65535, 4294967295U, 4294967295U};
  EXPECT_EQ(*DecisionId::Parse(largest.ToString()), largest);
}

TEST(Ids, RefusesAnyOtherSpelling) {
  for (const char* text :
       {"", "d", "d1", "d1-2", "d1-2-", "d01-2-3", "d1-2-3 ", " d1-2-3", "D1-2-3", "d1-2--3",
        "d+1-2-3", "d65536-1-1", "d1-4294967296-1", "d1-2-3-4"}) {
    EXPECT_FALSE(DecisionId::Parse(text).ok()) << text;
  }
}

TEST(Ids, NamesThatCouldLeaveAPathOrALabelAreRefused) {
  EXPECT_TRUE(ValidateName("model", "flight-cover_2.1").ok());
  for (const char* name :
       {"", ".", "..", "../x", "a/b", "-x", "a b", "a\n", "модель", "%n", "<b>"}) {
    EXPECT_FALSE(ValidateName("model", name).ok()) << name;
  }
  EXPECT_FALSE(ValidateName("model", std::string(129, 'a')).ok());
}

}  // namespace
}  // namespace mooring
