#include <gtest/gtest.h>

#include "app/cli/testing/fake_process.h"

namespace mooring::app::cli {
namespace {

// Through a server a promotion carries all that it carries on the data directory itself.
TEST(ServerRegistry, SendsWhoWhyForceAndTheRevision) {
  FakeWorld world;
  world.context.environment["MOORING_SERVER"] = "http://127.0.0.1:9";
  const auto answer = [&world](const std::string& call, const std::string& body) {
    world.transport.answers[call] = {HttpAnswer{.status = 200, .body = body}};
  };
  answer("GET /api/v1/models/m", R"({"name":"m"})");
  answer("GET /api/v1/models/m/versions/2",
         R"({"model":"m","version":2,"state":"refused","state_reason":"drifted"})");
  answer("GET /api/v1/desired", R"({"revision":4,"routes":[{"model":"m","champion":1}]})");
  answer("PUT /api/v1/models/m/aliases/champion",
         R"({"model":"m","alias":"champion","from":1,"to":2,"revision":5,"forced":true})");
  const std::vector<std::string> promote = {"version", "promote", "m", "2", "--reason", "known",
                                            "--yes", "--if-revision", "4"};
  EXPECT_NE(world.Run(promote), 0) << "it is refused";
  std::vector<std::string> forced = promote;
  forced.insert(forced.end(), {"--force", "--fields", "to,forced"});
  EXPECT_EQ(world.Run(forced), 0) << world.err.written;
  EXPECT_EQ(world.out.written, "to\tforced\n2\ttrue\n");
  EXPECT_EQ(world.transport.calls.back(),
            R"(PUT /api/v1/models/m/aliases/champion )"
            R"({"version":2,"force":true,"reason":"known","author":"ada","if_revision":4})");
}

}  // namespace
}  // namespace mooring::app::cli
