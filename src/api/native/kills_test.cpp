#include "api/native/kills.h"

#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "base/io/simulated_file_system.h"

namespace mooring::api {
namespace {

struct KillsTest : ::testing::Test {
  KillsTest() {
    auto snapshot = std::make_shared<serving::Snapshot>();
    serving::ServedModel& model = snapshot->models["m"];
    model.name = "m";
    model.versions[1] = nullptr;
    api.snapshot = snapshot;
    api.use.kills = &kills;
    api.handler = MakeHandler(api.use);
  }
  // What the answer warns of; "" nothing.
  std::string Warning(const std::string& body) {
    const testing::Answered answered = api.Post("/api/v1/kills", body);
    EXPECT_EQ(answered.status, 200) << answered.body;
    const Json json = answered.json();
    const auto warning = json.GetString("warning");
    return warning.ok() ? std::string(*warning) : "";
  }
  SimulatedClock clock;
  SimulatedFileSystem files;
  std::vector<serving::Orderer> orderers;
  serving::KillSwitch kills{
      {.files = &files,
       .clock = &clock,
       .list_file = "/kills.json",
       .on_change = [this](std::string_view, const records::Kill&, const serving::Orderer& by) {
         orderers.push_back(by);
       }}};
  testing::TestApi api;
};

TEST_F(KillsTest, StopWhatIsNotThereAndSaySo) {
  EXPECT_EQ(Warning(R"({"scope":"model","model":"m"})"), "");
  EXPECT_EQ(Warning(R"({"scope":"version","model":"m","version":1})"), "");
  EXPECT_EQ(Warning(R"({"scope":"version","model":"m","version":77})"),
            "no such version is served now: m/77");
  EXPECT_EQ(Warning(R"({"scope":"model","model":"typo"})"), "no such model is served now: typo");
  EXPECT_TRUE(kills.Covers("typo", 1, ""));
  EXPECT_EQ(Warning(R"({"scope":"all"})"), "");
}

TEST_F(KillsTest, SayWhoOrderedAndFromWhere) {
  Warning(R"({"scope":"all","author":"file KILL"})");
  ASSERT_EQ(orderers.size(), 1U);
  EXPECT_EQ(orderers[0].name, "file KILL");
  EXPECT_EQ(orderers[0].origin, records::KillOrigin::kPerson);
  EXPECT_EQ(orderers[0].channel, "api");
  EXPECT_FALSE(orderers[0].role.empty());
}

// The disk is waited for aside, the effect for nothing.
TEST_F(KillsTest, AreInForceBeforeTheWorkerComesToThem) {
  std::function<void()> waiting;
  api.use.urgent = [&](std::function<void()> work) {
    waiting = std::move(work);
    return true;
  };
  api.handler = MakeHandler(api.use);
  testing::Sent sent(api.handler, "POST /api/v1/kills", R"({"scope":"model","model":"m"})",
                     "Content-Type: application/json\r\n");
  EXPECT_FALSE(sent.IsAnswered());
  EXPECT_TRUE(kills.Covers("m", 1, ""));
  EXPECT_FALSE(files.Exists("/kills.json"));
  ASSERT_TRUE(waiting);
  waiting();
  EXPECT_EQ(sent.Wait().status, 200);
  EXPECT_TRUE(files.Exists("/kills.json"));
}

}  // namespace
}  // namespace mooring::api
