#include "api/http/target.h"

namespace mooring::api {
namespace {

TEST(Target, DecodesOnceAndSplitsTheQuery) {
  struct Case {
    const char *target, *path, *query, *authority;
  };
  const Case cases[] = {
      {"/", "/", "", ""},
      {"/v2/models/a%2Db/infer", "/v2/models/a-b/infer", "", ""},
      {"/a?x=1&y=2", "/a", "x=1&y=2", ""},
      {"/a?", "/a", "", ""},
      {"/a/", "/a/", "", ""},
      {"/a%252e", "/a%2e", "", ""},
      {"/%D0%B0", "/\xD0\xB0", "", ""},
      {"/a?x=/../b", "/a", "x=/../b", ""},
      {"http://localhost:80/ping?q", "/ping", "q", "localhost:80"},
      {"http://localhost", "/", "", "localhost"},
      {"http://localhost?q", "/", "q", "localhost"},
      {"/...", "/...", "", ""},
  };
  for (const Case& c : cases) {
    std::string path;
    const auto target = ParseTarget(c.target, path);
    ASSERT_TRUE(target.ok()) << c.target;
    EXPECT_EQ(path, c.path) << c.target;
    EXPECT_EQ(target->query, c.query) << c.target;
    EXPECT_EQ(target->authority, c.authority) << c.target;
  }
}

TEST(Target, RefusesEverythingAmbiguous) {
  const char* const cases[] = {
      "/%00",    "/%zz",      "/%",          "/%4",      "/a/../b", "/..",
      "/a/..",   "/%2e%2e/x", "/./a",        "//",       "//a",     "/a//b",
      "/a%2fb",  "/a%5cb",    "/a\\b",       "/..;/a",   "/..;x",   "/a b",
      "/a#b",    "/\xD0\xB0", "/a\tb",       "ftp://x/", "x",       "*",
      "http://", "http:///a", "http://u@h/", "/%0d%0aX", "/%7f",
  };
  for (const char* target : cases) {
    std::string path;
    EXPECT_FALSE(ParseTarget(target, path).ok()) << target;
  }
}

TEST(Target, FindsQueryValues) {
  EXPECT_EQ(QueryValue("limit=10&after=d1-2-3", "after"), "d1-2-3");
  EXPECT_EQ(QueryValue("limit=10&limit=20", "limit"), "10");
  EXPECT_EQ(QueryValue("a=%D0%B0+b", "a"), "\xD0\xB0 b");
  EXPECT_EQ(QueryValue("limits=10", "limit"), "");
  EXPECT_EQ(QueryValue("limit", "limit"), "");
  EXPECT_EQ(QueryValue("a=%zz", "a"), "");
  EXPECT_EQ(QueryValue("", "a"), "");
}

TEST(QueryPairs, GivesEveryPairInItsOrder) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(QueryPairs("a=1&b=x%20y+z&a=2", 10), (Pairs{{"a", "1"}, {"b", "x y z"}, {"a", "2"}}));
  EXPECT_EQ(QueryPairs("&&a&=b&c=&%64=e", 10),
            (Pairs{{"a", ""}, {"", "b"}, {"c", ""}, {"d", "e"}}));
  EXPECT_EQ(QueryPairs("a=%zz&%f=1&b=2", 10), (Pairs{{"b", "2"}}));
  EXPECT_EQ(QueryPairs("a=1&b=2&c=3", 2), (Pairs{{"a", "1"}, {"b", "2"}}));
  EXPECT_TRUE(QueryPairs("", 10).empty());
}

}  // namespace
}  // namespace mooring::api
