#include "records/access/person.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

TEST(PersonOf, TellsPeopleApartByNameAlone) {
  EXPECT_EQ(PersonOf("  Ann Lee\t\n"), "ann lee");
  EXPECT_EQ(PersonOf("ann lee"), "ann lee");
  EXPECT_EQ(PersonOf(" \t "), "");
  EXPECT_EQ(PersonOf(""), "");
  EXPECT_NE(PersonOf("ann"), PersonOf("anna"));
}

TEST(PersonOf, IsOneForATokenAnIdentityAndACertificate) {
  for (const char* same :
       {"alice", "oidc:alice", "OIDC:Alice", "cert:alice", "oidc: alice", "oidc:oidc:alice",
        "\xC2\xA0"
        "alice",
        "alice\xE2\x80\x8B",
        "oidc:\xE3\x80\x80"
        "ALICE\xEF\xBB\xBF ",
        "al\xC2\xAD"
        "ice"}) {
    EXPECT_EQ(PersonOf(same), "alice") << same;
  }
  EXPECT_EQ(PersonOf("Ann\xC2\xA0 Lee"), "ann lee");
  EXPECT_EQ(PersonOf("oidc:"), "");
  EXPECT_EQ(PersonOf("\xC2\xA0"), "");
  EXPECT_NE(PersonOf("oidc:alice"), PersonOf("oidc:bob"));
  // Other letters stay as they are, whole.
  EXPECT_EQ(PersonOf("J\xC3\xB6rg"), "j\xC3\xB6rg");
}

}  // namespace
}  // namespace mooring::records
