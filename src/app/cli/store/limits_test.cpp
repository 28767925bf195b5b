#include "app/cli/store/limits.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "app/cli/testing/fake_process.h"
#include "records/audit/check_log.h"

namespace mooring::app::cli {
namespace {

std::string RampOf(std::string_view text) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  const Status written = WriteRamp(text, json);
  if (!written.ok()) return written.error().message();
  json.EndObject();
  return body;
}

TEST(WriteRamp, ReadsStepsInTheirOrder) {
  EXPECT_EQ(RampOf("0.1:10m,0.5:20m"),
            R"({"ramp":[{"factor":"0.1","for":"10m"},{"factor":"0.5","for":"20m"}]})");
  EXPECT_EQ(RampOf("0.5:1h"), R"({"ramp":[{"factor":"0.5","for":"1h"}]})");
}

TEST(WriteRamp, RefusesWhatIsNoStep) {
  for (const char* bad : {"", "0.1", "0.1:10m,", ",0.1:10m", "0.1 10m"}) {
    EXPECT_TRUE(RampOf(bad).starts_with("a ramp is steps")) << bad;
  }
}

constexpr char kContract[] = R"(model: cover
owner: {team: risk}
inputs:
  age: {type: int64, min: 0, max: 120}
output: {name: prediction, min: 0, max: 1}
decision: {amount: "100 * prediction", currency: RUB}
limits:
  - {name: daily, sum: amount, over: lifetime, max: 500, then: deny, latch: true}
fallback: [deny]
)";

// Changes made on a data directory, without a server.
struct LimitsOfADirectory : ::testing::Test {
  LimitsOfADirectory()
      : directory(::testing::TempDir() + "cli_limits_" + std::to_string(::getpid())) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    auto registry = records::Registry::Open({.directory = directory, .clock = &world.clock});
    EXPECT_TRUE((*registry)->ApplyContract(kContract, {.author = "t", .reason = "t"}).ok());
  }
  ~LimitsOfADirectory() override { std::filesystem::remove_all(directory); }
  int Run(std::vector<std::string> words) {
    for (const char* word : {"--reason", "r", "--yes", "--data-dir"}) words.emplace_back(word);
    words.push_back(directory);
    return world.Run(words);
  }
  int Lower(const char* max) {
    return Run({"limit", "lower", "cover", "daily", max, "--author", "ann"});
  }
  int Raise() { return Run({"limit", "raise", "cover", "daily", "600", "--author", "ann"}); }
  // "action by whom over channel", of every entry that is no outcome.
  std::vector<std::string> Logged(const std::string& log) {
    std::vector<std::string> all;
    const auto bytes = world.context.files->ReadFile(directory + "/control/" + log, 1 << 20);
    if (!bytes.ok()) return all;
    EXPECT_TRUE(records::VisitEntries(AsBytes(*bytes), [&](const records::ControlEntry& entry) {
                  if (entry.outcome_of) return true;
                  all.push_back(entry.action + " " + entry.principal + " " + entry.channel);
                  return true;
                }).ok());
    return all;
  }
  FakeWorld world;
  std::string directory;
};

TEST_F(LimitsOfADirectory, AreInTheControlLog) {
  EXPECT_EQ(Lower("400"), 0) << world.err.written;
  EXPECT_EQ(Raise(), 0) << world.err.written;
  EXPECT_EQ(
      world.Run({"change", "approve", "2", "--author", "eve", "--yes", "--data-dir", directory}), 0)
      << world.err.written;
  const std::vector<std::string> expected = {"limit.lower ann cli", "change.ask ann cli",
                                             "change.approve eve cli"};
  EXPECT_EQ(Logged("log"), expected);
}

TEST_F(LimitsOfADirectory, AreOnlyLoweredWhileTheControlLogIsDamaged) {
  std::filesystem::create_directories(directory + "/control");
  const std::string note = directory + "/control/damaged";
  ASSERT_TRUE(world.context.files->WriteFileDurably(note, AsBytes("?")).ok());
  EXPECT_NE(Raise(), 0);
  EXPECT_NE(world.err.written.find("nothing was changed"), std::string::npos) << world.err.written;
  EXPECT_EQ(Lower("400"), 0) << world.err.written;
  const std::vector<std::string> behind = {"log.damaged  server", "limit.lower ann cli"};
  EXPECT_EQ(Logged("after-damage/log"), behind);
  const auto book = records::LimitBook::Open(DataPaths(directory).limit_book());
  EXPECT_EQ((*book)->Changes({}, world.clock.Now())->size(), 1u) << "the lower alone";
}

TEST_F(LimitsOfADirectory, ThatAreGoneAreNotChangedAsIfTheyHadNeverBeen) {
  EXPECT_EQ(Lower("400"), 0) << world.err.written;
  std::filesystem::remove(DataPaths(directory).limit_book());
  EXPECT_NE(Lower("450"), 0);
  EXPECT_NE(world.err.written.find("limits.db.lost"), std::string::npos) << world.err.written;
  EXPECT_NE(Raise(), 0);
}

}  // namespace
}  // namespace mooring::app::cli
