#include "api/mlflow/routes.h"

#include <set>

namespace mooring::api::mlflow {
namespace {

TEST(MlflowRoutes, AreFoundUnderEveryPrefixThatTheyHave) {
  const RouteTable table;
  struct Case {
    Method method;
    std::string_view path, pattern, allow;
  };
  const Case cases[] = {
      {Method::kPost, "/api/2.0/mlflow/runs/create", "/mlflow/runs/create", ""},
      {Method::kPost, "/ajax-api/2.0/mlflow/runs/create", "/mlflow/runs/create", ""},
      {Method::kPost, "/api/3.0/mlflow/runs/create", "", ""},
      {Method::kGet, "/api/2.0/mlflow/runs/create", "", "POST"},
      {Method::kHead, "/api/2.0/mlflow/runs/get", "/mlflow/runs/get", ""},
      {Method::kDelete, "/api/2.0/mlflow/experiments/search", "", "POST, GET, HEAD"},
      {Method::kPost, "/api/2.0mlflow/experiments/search-datasets",
       "mlflow/experiments/search-datasets", ""},
      {Method::kPost, "/ajax-api/2.0mlflow/experiments/search-datasets",
       "mlflow/experiments/search-datasets", ""},
      {Method::kPost, "/ajax-api/2.0/mlflow/experiments/search-datasets",
       "/mlflow/experiments/search-datasets", ""},
      {Method::kGet, "/ajax-api/2.0/mlflow/metrics/get-history-bulk",
       "/mlflow/metrics/get-history-bulk", ""},
      {Method::kGet, "/api/2.0/mlflow/metrics/get-history-bulk", "", ""},
      {Method::kPatch, "/api/2.0/mlflow/logged-models/m-1", "/mlflow/logged-models/{}", ""},
      {Method::kGet, "/api/2.0/mlflow/logged-models/search", "/mlflow/logged-models/{}", ""},
      {Method::kPost, "/api/2.0/mlflow/logged-models/search", "/mlflow/logged-models/search", ""},
      {Method::kGet, "/api/2.0/mlflow/logged-models/", "", ""},
      {Method::kGet, "/api/2.0/mlflow/runs/get/more", "", ""},
      {Method::kGet, "/api/2.0/nothing", "", ""},
      {Method::kGet, "/api/2.0", "", ""},
      {Method::kGet, "/api/1.0/mlflow/runs/get", "", ""},
  };
  for (const Case& one : cases) {
    const RouteTable::Match match = table.Find(one.method, one.path);
    EXPECT_EQ(match.route == nullptr ? "" : match.route->pattern, one.pattern) << one.path;
    EXPECT_EQ(match.allow, one.allow) << one.path;
  }
}

TEST(MlflowRoutes, GivePathParametersAsTheyWereSent) {
  const RouteTable table;
  const std::string path = "/api/2.0/mlflow/logged-models/m-7/tags/a.b c";
  const RouteTable::Match match = table.Find(Method::kDelete, path);
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.parameters[0], "m-7");
  EXPECT_EQ(match.parameters[1], "a.b c");
}

TEST(MlflowRoutes, AreToldFromOtherPathsByTheirPrefix) {
  for (const char* const path : {"/api/2.0/mlflow/x", "/api/3.0/mlflow/x", "/ajax-api/2.0/x",
                                 "/api/2.0mlflow/x", "/get-artifact"}) {
    EXPECT_TRUE(Owns(path)) << path;
  }
  for (const char* const path : {"/api/v1/models", "/v2/models/m/infer", "/invocations", "/",
                                 "/api/", "/ajax-api/", "/get-artifact/x", "/health"}) {
    EXPECT_FALSE(Owns(path)) << path;
  }
}

TEST(MlflowRoutes, EveryPathOfEveryRouteLeadsBackToIt) {
  const RouteTable table;
  std::set<std::string> seen;
  for (const Route* const route : table.routes()) {
    for (std::string path : PathsOf(*route)) {
      EXPECT_TRUE(seen.insert(std::to_string(static_cast<int>(route->method)) + path).second);
      EXPECT_TRUE(Owns(path));
      for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{')) {
        path.replace(at, path.find('}', at) + 1 - at, "x");
      }
      EXPECT_EQ(table.Find(route->method, path).route, route) << path;
    }
  }
}

}  // namespace
}  // namespace mooring::api::mlflow
