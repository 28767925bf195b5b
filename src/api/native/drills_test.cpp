#include "api/native/drills.h"

#include <gtest/gtest.h>

#include "api/api_fixture.h"

namespace mooring::api {
namespace {

TEST(KeepDrill, GivesTheNameItIsKeptUnder) {
  testing::TestApi api;
  EXPECT_EQ(api.Post("/api/v1/drills", R"({"kind":"kill"})").status, 503);
  std::string kept;
  api.use.keep_drill = [&](std::string_view drill, std::string_view) -> Result<std::string> {
    if (drill.empty()) return Error(Code::kInvalidArgument, "nothing");
    kept = drill;
    return std::string("x-kill.json");
  };
  api.handler = MakeHandler(api.use);
  const testing::Answered answered = api.Post("/api/v1/drills", R"({"kind":"kill"})");
  EXPECT_EQ(answered.status, 200);
  EXPECT_EQ(answered.body, R"({"kept":"x-kill.json"})");
  EXPECT_EQ(kept, R"({"kind":"kill"})");
}

}  // namespace
}  // namespace mooring::api
