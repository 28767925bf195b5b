#include "api/http/router.h"

namespace mooring::api {
namespace {

using Outcome = Router::Match::Outcome;

Router Example() {
  Router router;
  router.Add(Method::kGet, "/", 0);
  router.Add(Method::kPost, "/v2/models/{}/infer", 1);
  router.Add(Method::kPost, "/v2/models/{}/versions/{}/infer", 2);
  router.Add(Method::kGet, "/a/{}", 3);
  router.Add(Method::kPut, "/a/{}", 4);
  return router;
}

TEST(Router, FindsRoutesAndTheirParameters) {
  const Router router = Example();
  const auto root = router.Find(Method::kGet, "/");
  EXPECT_EQ(root.outcome, Outcome::kFound);
  EXPECT_EQ(root.answer, 0U);
  const auto infer = router.Find(Method::kPost, "/v2/models/m/versions/12/infer");
  ASSERT_EQ(infer.outcome, Outcome::kFound);
  EXPECT_EQ(infer.answer, 2U);
  EXPECT_EQ(infer.parameters[0], "m");
  EXPECT_EQ(infer.parameters[1], "12");
  EXPECT_EQ(router.Find(Method::kHead, "/a/x").answer, 3U);
}

TEST(Router, TellsNoPathFromNoMethod) {
  const Router router = Example();
  for (const char* path : {"/a", "/a/", "/a/b/", "/a/b/c", "/A/b", "/v2/models/m/infer/x", "/b"}) {
    EXPECT_EQ(router.Find(Method::kGet, path).outcome, Outcome::kNoPath) << path;
  }
  const auto match = router.Find(Method::kDelete, "/a/b");
  EXPECT_EQ(match.outcome, Outcome::kNoMethod);
  EXPECT_EQ(match.allow, "GET, HEAD, PUT");
  EXPECT_EQ(router.Find(Method::kGet, "/" + std::string(100, '/')).outcome, Outcome::kNoPath);
}

}  // namespace
}  // namespace mooring::api
