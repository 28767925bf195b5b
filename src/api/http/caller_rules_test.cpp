#include "api/http/caller_rules.h"

namespace mooring::api {
namespace {

using Verdict = CallerRules::Verdict;

TEST(CallerRules, KnowsLoopbackTheBoundAddressAndAllowedHosts) {
  const CallerRules rules("10.1.2.3", {"Models.Example.org"});
  struct Case {
    const char* host;
    Verdict verdict;
  };
  const Case cases[] = {
      {"localhost", Verdict::kAllowed},
      {"LOCALHOST:8080", Verdict::kAllowed},
      {"127.0.0.1:1", Verdict::kAllowed},
      {"[::1]:8080", Verdict::kAllowed},
      {"10.1.2.3", Verdict::kAllowed},
      {"models.example.ORG:443", Verdict::kAllowed},
      {"evil.example.org", Verdict::kForeign},
      {"10.1.2.4", Verdict::kForeign},
      {"localhost.evil.org", Verdict::kForeign},
      {"localhost:80:80", Verdict::kMalformed},
      {"", Verdict::kMalformed},
      {":80", Verdict::kMalformed},
      {"a b", Verdict::kMalformed},
      {"localhost:8x", Verdict::kMalformed},
      {"[::1", Verdict::kMalformed},
      {"localhost/", Verdict::kMalformed},
      {"user@localhost", Verdict::kMalformed},
      {"localhost:123456", Verdict::kMalformed},
  };
  for (const Case& c : cases) EXPECT_EQ(rules.CheckHost(c.host), c.verdict) << c.host;
}

TEST(CallerRules, AWildcardBindingLetsAddressesPassButNoNames) {
  const CallerRules rules("0.0.0.0", {});
  EXPECT_EQ(rules.CheckHost("192.168.7.7:80"), Verdict::kAllowed);
  EXPECT_EQ(rules.CheckHost("[fe80::1]"), Verdict::kAllowed);
  EXPECT_EQ(rules.CheckHost("rebound.example"), Verdict::kForeign);
}

TEST(CallerRules, RefusesForeignOrigins) {
  const CallerRules rules("127.0.0.1", {"ui.example.org", "https://other.example:8443"});
  struct Case {
    const char *origin, *host;
    bool allowed;
  };
  const Case cases[] = {
      {"", "localhost:1", true},
      {"http://localhost:1", "localhost:1", true},
      {"http://LOCALHOST:1", "localhost:1", true},
      {"http://localhost:2", "localhost:1", false},
      {"https://ui.example.org", "localhost:1", true},
      {"https://other.example:8443", "localhost:1", true},
      {"https://other.example", "localhost:1", false},
      {"http://evil.example", "localhost:1", false},
      {"null", "localhost:1", false},
      {"file://localhost:1", "localhost:1", false},
  };
  for (const Case& c : cases)
    EXPECT_EQ(rules.OriginAllowed(c.origin, c.host), c.allowed) << c.origin;
}

TEST(CallerRules, RefusesPagesOfOtherSitesThatHideTheirOrigin) {
  const CallerRules rules("127.0.0.1", {});
  for (const char* own : {"", "same-origin", "none"})
    EXPECT_TRUE(rules.SiteAllowed(own, "")) << own;
  for (const char* other : {"cross-site", "same-site", "x"}) {
    EXPECT_FALSE(rules.SiteAllowed(other, "")) << other;
    EXPECT_TRUE(rules.SiteAllowed(other, "https://allowed.example")) << "judged by its Origin";
  }
}

}  // namespace
}  // namespace mooring::api
