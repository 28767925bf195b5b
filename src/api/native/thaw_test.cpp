#include "api/native/thaw.h"

#include <gtest/gtest.h>

#include "api/api_fixture.h"

namespace mooring::api {
namespace {

constexpr char kPath[] = "/api/v1/limits/thaw";

struct ThawTest : ::testing::Test {
  ThawTest() {
    api.use.budgets = &ledger;
    api.use.thaw = [this](const std::string& author, const std::string& reason) -> Status {
      told.push_back(author + ": " + reason);
      if (!ledger.frozen()) return Error(Code::kFailedPrecondition, "they go on");
      ledger.Thaw();
      return Ok();
    };
    api.handler = MakeHandler(api.use);
  }
  bool ToldFrozen() { return api.Get("/api/v1/limits").json().GetBool("frozen").value(); }
  bool Measured() {
    return api.Get("/metrics").body.find("mooring_limit_windows_frozen 1\n") != std::string::npos;
  }
  SimulatedClock clock;
  serving::LimitLedger ledger{{.clock = &clock}};
  std::vector<std::string> told;
  testing::TestApi api;
};

TEST_F(ThawTest, LetsWindowsGoOnOnceAndSaysWhetherTheyStand) {
  EXPECT_FALSE(ToldFrozen());
  EXPECT_FALSE(Measured());
  clock.JumpWall(std::chrono::hours(24));
  static_cast<void>(ledger.Now());
  EXPECT_TRUE(ToldFrozen());
  EXPECT_TRUE(Measured());
  const testing::Answered answered = api.Post(kPath, R"({"reason":"set by hand","author":"anna"})");
  EXPECT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(told, std::vector<std::string>{"anna: set by hand"});
  EXPECT_FALSE(ToldFrozen());
  EXPECT_EQ(api.Post(kPath, R"({"reason":"again"})").status, 422);
  EXPECT_EQ(api.Post(kPath, "{}").status, 400);
  EXPECT_EQ(told.back(), "api: again");
}

}  // namespace
}  // namespace mooring::api
