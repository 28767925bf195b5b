#include "app/cli/drill/kill_drill.h"

#include <gtest/gtest.h>

#include "app/cli/testing/fake_process.h"

namespace mooring::app::cli {
namespace {

constexpr char kAdmitted[] =
    R"({"model":"m","decisions":[{"verdict":"admit","score":0.5,"outputs":{}}]})";
constexpr char kDenied[] =
    R"({"model":"m","decisions":[{"verdict":"deny","score":null,"outputs":{}}]})";

class KillDrillTest : public ::testing::Test {
 protected:
  void Answer(const std::string& call, std::initializer_list<std::pair<int, std::string>> answers) {
    for (const auto& [status, body] : answers) {
      HttpAnswer answer;
      answer.status = status;
      answer.body = body;
      world_.transport.answers[call].push_back(std::move(answer));
    }
  }
  // Three decisions before the kill are answered by the model; after it, `after`.
  void Stage(const std::string& before, int status, const std::string& after) {
    Answer("POST /api/v1/models/m/decide",
           {{200, before}, {200, before}, {200, before}, {status, after}});
    Answer("POST /api/v1/kills",
           {{200, R"({"kill":{"id":7,"scope":"model m","by":"token-name"},"took_us":1500})"}});
    Answer("POST /api/v1/changes", {{200, R"({"change":{"id":12,"state":"pending"}})"}});
    Answer("POST /api/v1/drills", {{200, R"({"kept":"x-kill.json"})"}});
  }
  KillDrill Run(bool harmless = false) {
    const ApiClient client(world_.context);
    KillDrill drill;
    drill.model = "m";
    drill.row = R"({"a":1})";
    drill.author = "ann";
    drill.harmless = harmless;
    const Status ran = RunKillDrill(client, world_.clock, drill);
    EXPECT_TRUE(ran.ok());
    return drill;
  }
  FakeWorld world_;
};

TEST(HasModelValue, IsOfAnswersThatActOnTheModel) {
  EXPECT_TRUE(HasModelValue(200, kAdmitted));
  EXPECT_TRUE(HasModelValue(200, R"({"decisions":[{"verdict":"deny"},{"verdict":"clamp"}]})"));
  EXPECT_FALSE(HasModelValue(200, kDenied));
  EXPECT_FALSE(HasModelValue(200, R"({"decisions":[{"verdict":"fallback"}]})"));
  EXPECT_FALSE(HasModelValue(503, kAdmitted));
  EXPECT_FALSE(HasModelValue(200, "not json"));
  EXPECT_FALSE(HasModelValue(200, "{}"));
}

TEST_F(KillDrillTest, PassesWhenNothingLeavesAfterTheAnswer) {
  Stage(kAdmitted, 409, kDenied);
  const KillDrill drill = Run();
  EXPECT_EQ(drill.result(), "passed");
  EXPECT_EQ(drill.answered_before, 3u);
  EXPECT_EQ(drill.leaked_after, 0u);
  EXPECT_EQ(drill.kill, 7u);
  EXPECT_EQ(drill.release, 12u);
  EXPECT_EQ(drill.kept, "x-kill.json");
  EXPECT_DOUBLE_EQ(drill.server_ms, 1.5);
  const auto& calls = world_.transport.calls;
  ASSERT_EQ(calls.size(), 3 + 1 + 20 + 1 + 1u);
  EXPECT_EQ(calls[0], R"(POST /api/v1/models/m/decide {"inputs":{"a":1}})");
  EXPECT_EQ(calls[3],
            R"(POST /api/v1/kills {"scope":"model","model":"m","author":"ann","reason":"drill"})");
  EXPECT_NE(calls.back().find(R"("result":"passed")"), std::string::npos);
}

TEST_F(KillDrillTest, FailsWhenOneValueLeaves) {
  Stage(kAdmitted, 200, kAdmitted);
  const KillDrill drill = Run();
  EXPECT_EQ(drill.result(), "failed");
  EXPECT_EQ(drill.leaked_after, 20u);
}

TEST_F(KillDrillTest, StopsNothingUnlessTheModelAnswersTheCaller) {
  struct Case {
    int status;
    std::string body;
    Code code;
  };
  const Case cases[] = {
      {409, kDenied, Code::kFailedPrecondition},
      {403, R"({"code":"permission_denied","detail":"you may not predict"})",
       Code::kPermissionDenied},
  };
  for (const Case& c : cases) {
    FakeWorld world;
    HttpAnswer answer;
    answer.status = c.status;
    answer.body = c.body;
    world.transport.answers["POST /api/v1/models/m/decide"].push_back(answer);
    const ApiClient client(world.context);
    KillDrill drill;
    drill.model = "m";
    drill.row = "{}";
    const Status ran = RunKillDrill(client, world.clock, drill);
    ASSERT_FALSE(ran.ok());
    EXPECT_EQ(ran.error().code(), c.code) << ran.error().ToString();
    EXPECT_EQ(world.transport.calls.size(), 1U) << "no kill";
  }
}

TEST_F(KillDrillTest, TheAuthorIsWhomTheServerKnows) {
  Stage(kAdmitted, 409, kDenied);
  EXPECT_EQ(Run().author, "token-name");
}

TEST_F(KillDrillTest, LeavesDecisionsAloneWhenHarmless) {
  Stage(kAdmitted, 200, kAdmitted);
  EXPECT_EQ(Run(true).result(), "passed");
  EXPECT_NE(world_.transport.calls[3].find(R"("segment":"1 > 2")"), std::string::npos);
}

TEST_F(KillDrillTest, SlowIsFailed) {
  KillDrill drill;
  drill.answered_before = 3;
  drill.ms = 100;
  EXPECT_EQ(drill.result(), "passed");
  drill.ms = 100.5;
  EXPECT_EQ(drill.result(), "failed");
}

}  // namespace
}  // namespace mooring::app::cli
