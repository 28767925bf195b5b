#include "serving/kill_switch.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "base/io/simulated_file_system.h"

namespace mooring::serving {
namespace {

using records::Kill;
using records::KillScope;
using Kind = KillScope::Kind;

struct KillSwitchTest : testing::Test {
  KillSwitchTest() { CHECK(files.MakeDirectories("data").ok()); }

  std::unique_ptr<KillSwitch> Open() {
    KillSwitch::Options options;
    options.files = &files;
    options.clock = &clock;
    options.list_file = "data/kills.json";
    options.panic_file = "data/KILL";
    options.in_log = in_log;
    options.on_change = [this](std::string_view what, const Kill& kill, const Orderer&) {
      told.push_back(std::string(what) + " " + ScopeText(kill.scope));
    };
    auto made = std::make_unique<KillSwitch>(std::move(options));
    made->Open();
    return made;
  }
  static Result<Kill> Throw(KillSwitch& kills, const KillScope& scope) {
    std::optional<Result<Kill>> result;
    kills.Throw(scope, {"anna"}, "a reason", [&](Result<Kill> kill) { result = std::move(kill); });
    CHECK(result.has_value());
    return *result;
  }

  SimulatedFileSystem files;
  SimulatedClock clock;
  std::vector<std::string> told;
  std::function<records::KillsInLog()> in_log;
};

TEST_F(KillSwitchTest, CoversWhatItsScopeSaysAndNothingElse) {
  struct Case {
    KillScope scope;
    bool model_a1, model_a2, model_b1, by_shop;
  };
  const Case cases[] = {
      {{Kind::kAll}, true, true, true, true},
      {{Kind::kModel, "a"}, true, true, false, true},
      {{Kind::kVersion, "a", 2}, false, true, false, false},
      {{Kind::kCaller, "", 0, "", "shop"}, false, false, false, true},
  };
  for (const Case& c : cases) {
    files.Remove("data/kills.json").ok();
    const auto kills = Open();
    EXPECT_FALSE(kills->Covers("a", 1, ""));
    const std::uint64_t before = kills->epoch();
    ASSERT_TRUE(Throw(*kills, c.scope).ok());
    EXPECT_GT(kills->epoch(), before);
    const auto check = [&](std::string_view model, VersionNumber version, std::string_view caller,
                           bool covered) {
      EXPECT_EQ(kills->Covers(model, version, caller), covered) << ScopeText(c.scope) << model;
      EXPECT_EQ(kills->MayLeave(before, model, version, caller), !covered) << ScopeText(c.scope);
    };
    check("a", 1, "", c.model_a1);
    check("a", 2, "", c.model_a2);
    check("b", 1, "", c.model_b1);
    check("a", 1, "shop", c.by_shop);
  }
}

TEST_F(KillSwitchTest, StopsTheRowsOfASegmentAndWhatItCannotTell) {
  const auto kills = Open();
  const auto schema = std::make_shared<const data::Schema>(
      data::Schema::Make({{"hour", data::Type::kInt32, true, nullptr}}).value());
  data::Batch rows(schema);
  rows.column(0).Append(std::int32_t{3});
  rows.column(0).Append(std::int32_t{9});
  rows.column(0).AppendNull();
  rows.SetRows(3);
  const std::uint64_t before = kills->epoch();
  ASSERT_TRUE(Throw(*kills, {Kind::kSegment, "a", 0, "hour > 5"}).ok());
  EXPECT_FALSE(kills->CoversRow("a", 1, "", rows, 0));
  EXPECT_TRUE(kills->CoversRow("a", 1, "", rows, 1));
  EXPECT_TRUE(kills->CoversRow("a", 1, "", rows, 2)) << "not known is stopped";
  EXPECT_FALSE(kills->CoversRow("b", 1, "", rows, 1));
  EXPECT_FALSE(kills->Covers("a", 1, ""));
  EXPECT_FALSE(kills->MayLeave(before, "a", 1, "")) << "its row was judged before";
  const std::uint64_t after = kills->epoch();
  ASSERT_TRUE(Throw(*kills, {Kind::kModel, "b"}).ok());
  EXPECT_TRUE(kills->MayLeave(after, "a", 1, "")) << "judged with the segment in force";
  ASSERT_TRUE(Throw(*kills, {Kind::kSegment, "b", 0, "minute > 5"}).ok());
  EXPECT_TRUE(kills->CoversRow("b", 1, "", rows, 0)) << "a condition that does not fit";
}

TEST_F(KillSwitchTest, StaysThroughARestartUntilItIsReleased) {
  {
    const auto kills = Open();
    ASSERT_TRUE(Throw(*kills, {Kind::kModel, "a"}).ok());
    ASSERT_TRUE(Throw(*kills, {Kind::kModel, "b"}).ok());
    ASSERT_TRUE(kills->Release(2).ok());
  }
  files.Restart();
  const auto kills = Open();
  EXPECT_TRUE(kills->Covers("a", 1, ""));
  EXPECT_FALSE(kills->Covers("b", 1, ""));
  EXPECT_EQ(kills->Release(2).error().code(), Code::kNotFound);
  EXPECT_EQ(Throw(*kills, {Kind::kModel, "c"})->id, 3U) << "ids are not given twice";
  ASSERT_TRUE(kills->Release(1).ok());
  EXPECT_FALSE(kills->Covers("a", 1, ""));
  EXPECT_EQ(told.back(), "released model a");
}

TEST_F(KillSwitchTest, IsInForceBeforeTheDiskAndSaysWhenTheDiskFails) {
  const auto kills = Open();
  files.CutPower();
  const auto thrown = Throw(*kills, {Kind::kAll});
  EXPECT_EQ(thrown.error().code(), Code::kUnavailable);
  EXPECT_TRUE(kills->Covers("a", 1, ""));
  EXPECT_EQ(kills->Release(1).error().code(), Code::kUnavailable);
  EXPECT_TRUE(kills->Covers("a", 1, "")) << "nothing leaves before the release is durable";
}

TEST_F(KillSwitchTest, ListThatCannotBeReadStopsEverything) {
  ASSERT_TRUE(files.WriteFileDurably("data/kills.json", AsBytes("{\"schema\":1")).ok());
  const auto kills = Open();
  EXPECT_TRUE(kills->Covers("a", 1, ""));
  ASSERT_EQ(kills->List().size(), 1U);
  EXPECT_NE(kills->List()[0].reason.find("cannot be read"), std::string::npos);
  ASSERT_TRUE(kills->Release(kills->List()[0].id).ok());
  EXPECT_FALSE(Open()->Covers("a", 1, ""));
}

TEST_F(KillSwitchTest, TheFileStopsEverythingAlsoAtAStart) {
  {
    const auto kills = Open();
    EXPECT_FALSE(kills->Covers("a", 1, ""));
    ASSERT_TRUE(files.WriteFileDurably("data/KILL", {}).ok());
    kills->Poll();
    kills->Poll();
    EXPECT_EQ(kills->List().size(), 1U);
    EXPECT_TRUE(kills->Covers("a", 1, ""));
    EXPECT_EQ(kills->Release(1).error().code(), Code::kFailedPrecondition);
  }
  ASSERT_TRUE(files.Remove("data/KILL").ok());
  const auto kills = Open();
  EXPECT_TRUE(kills->Covers("a", 1, "")) << "latched";
  ASSERT_TRUE(kills->Release(1).ok());
  kills->Poll();
  EXPECT_FALSE(kills->Covers("a", 1, ""));
  files.Remove("data/kills.json").ok();
  ASSERT_TRUE(files.WriteFileDurably("data/KILL", {}).ok());
  EXPECT_TRUE(Open()->Covers("a", 1, ""));
}

TEST_F(KillSwitchTest, ASignalStopsEverything) {
  const auto kills = Open();
  KillSwitch::PanicFromSignal();
  kills->Poll();
  EXPECT_TRUE(kills->Covers("a", 1, ""));
  EXPECT_EQ(kills->List()[0].by, "signal");
}

TEST_F(KillSwitchTest, TellsOnlyWhenTheBarrierPassed) {
  const auto kills = Open();
  std::function<void()> pass;
  kills->SetBarrier([&](std::function<void()> passed) { pass = std::move(passed); });
  bool told_done = false;
  kills->Throw({Kind::kAll}, {"anna"}, "", [&](const Result<Kill>& kill) {
    EXPECT_TRUE(kill.ok());
    told_done = true;
  });
  EXPECT_TRUE(kills->Covers("a", 1, ""));
  EXPECT_FALSE(told_done);
  ASSERT_TRUE(pass);
  pass();
  EXPECT_TRUE(told_done);
}

TEST_F(KillSwitchTest, RefusesWhatIsNoScopeAndTooMany) {
  const auto kills = Open();
  EXPECT_EQ(Throw(*kills, {Kind::kModel, "../x"}).error().code(), Code::kInvalidArgument);
  EXPECT_FALSE(kills->Covers("a", 1, ""));
  for (std::size_t i = 0; i < records::kMostKills; ++i) {
    ASSERT_TRUE(Throw(*kills, {Kind::kCaller, "", 0, "", "c" + std::to_string(i)}).ok());
  }
  EXPECT_EQ(Throw(*kills, {Kind::kModel, "a"}).error().code(), Code::kResourceExhausted);
  EXPECT_TRUE(Throw(*kills, {Kind::kAll}).ok());
  EXPECT_EQ(Open()->List().size(), records::kMostKills + 1);
}

TEST_F(KillSwitchTest, TheSameOrderIsOneAndPartsOfOneModelLeaveRoomForOthers) {
  const auto kills = Open();
  EXPECT_EQ(Throw(*kills, {Kind::kAll})->id, Throw(*kills, {Kind::kAll})->id);
  EXPECT_EQ(kills->List().size(), 1U);
  Code last = Code::kInternal;
  for (VersionNumber version = 1; version <= 200; ++version) {
    const auto thrown = Throw(*kills, {Kind::kVersion, "a", version});
    if (thrown.ok()) continue;
    last = thrown.error().code();
    break;
  }
  EXPECT_EQ(last, Code::kResourceExhausted);
  EXPECT_TRUE(Throw(*kills, {Kind::kModel, "a"}).ok());
  EXPECT_TRUE(Throw(*kills, {Kind::kVersion, "b", 1}).ok());
}

TEST_F(KillSwitchTest, AListRemovedOrChangedUnderWayIsWrittenAgainAndTold) {
  const auto kills = Open();
  kills->Poll();
  EXPECT_FALSE(files.Exists("data/kills.json")) << "nothing was ever stopped";
  ASSERT_TRUE(Throw(*kills, {Kind::kModel, "a"}).ok());
  const std::string kept = files.ReadFile("data/kills.json", 1000).value();
  kills->Poll();
  EXPECT_EQ(told.back(), "killed model a") << "nothing to tell";

  ASSERT_TRUE(files.Remove("data/kills.json").ok());
  kills->Poll();
  EXPECT_TRUE(kills->Covers("a", 1, ""));
  EXPECT_EQ(files.ReadFile("data/kills.json", 1000).value(), kept);
  EXPECT_EQ(told.back(), "list_restored all");

  const std::string emptied = R"({"schema":1,"next_id":2,"kills":[]})";
  ASSERT_TRUE(files.WriteFileDurably("data/kills.json", AsBytes(emptied)).ok());
  kills->Poll();
  EXPECT_EQ(files.ReadFile("data/kills.json", 1000).value(), kept);
  EXPECT_EQ(files.ReadFile("data/kills.json.damaged", 1000).value(), emptied);
  EXPECT_TRUE(Open()->Covers("a", 1, ""));
}

TEST_F(KillSwitchTest, AnOrderThatCouldNotBeKeptIsKeptOnceTheDiskLetsIt) {
  {
    const auto kills = Open();
    ASSERT_TRUE(Throw(*kills, {Kind::kModel, "a"}).ok());
    files.SetCapacity(files.used_bytes());
    EXPECT_FALSE(Throw(*kills, {Kind::kModel, "b"}).ok());
    kills->Poll();
    EXPECT_EQ(told.back(), "list_lost all");
    const std::size_t tellings = told.size();
    files.SetCapacity(1 << 20);
    for (int i = 0; i < 1'000; ++i) kills->Poll();
    EXPECT_EQ(told.size(), tellings + 1) << "told once";
  }
  EXPECT_TRUE(Open()->Covers("b", 1, ""));
}

TEST_F(KillSwitchTest, AListThatIsGoneAtAStartStopsAllWhenTheLogKnowsOfKills) {
  struct Case {
    records::KillsInLog known;
    bool stopped;
    std::uint64_t next_id;
  };
  for (const Case& c : {Case{{0, 0}, false, 1}, Case{{4, 0}, false, 5}, Case{{4, 2}, true, 6}}) {
    files.Remove("data/kills.json").ok();
    in_log = [&c] { return c.known; };
    const auto kills = Open();
    EXPECT_EQ(kills->Covers("a", 1, ""), c.stopped);
    EXPECT_EQ(files.Exists("data/kills.json"), c.stopped) << "a second start stays stopped";
    EXPECT_EQ(Throw(*kills, {Kind::kModel, "a"})->id, c.next_id) << "ids are not given twice";
  }
  in_log = [] { return records::KillsInLog{9, 9}; };
  EXPECT_EQ(Open()->List().size(), 2U) << "a list that is there is believed";
}

// On the machine's own file system, since the other one has no links.
TEST_F(KillSwitchTest, AnythingNamedKillStopsEverything) {
  namespace fs = std::filesystem;
  const std::string root = testing::TempDir() + "kill_names_" + std::to_string(::getpid());
  const std::string panic = root + "/data/KILL";
  const auto covered = [&] {
    KillSwitch kills({.files = &PosixFileSystem(),
                      .clock = &clock,
                      .list_file = root + "/kills.json",
                      .panic_file = panic});
    kills.Open();
    fs::remove(root + "/kills.json");
    return kills.Covers("a", 1, "");
  };
  fs::create_directories(root + "/data");
  EXPECT_FALSE(covered());
  fs::create_symlink(root + "/nowhere", panic);
  EXPECT_TRUE(covered()) << "a link to nowhere";
  fs::remove(panic);
  fs::create_symlink(panic, panic);
  EXPECT_TRUE(covered()) << "a link to itself";
  fs::remove(panic);
  fs::create_directory(panic);
  EXPECT_TRUE(covered()) << "a directory";
  fs::remove(panic);
  ::mkfifo(panic.c_str(), 0600);
  EXPECT_TRUE(covered()) << "a pipe";
  fs::remove(panic);
  std::ofstream(panic).close();
  fs::permissions(panic, fs::perms::none);
  EXPECT_TRUE(covered()) << "a file that may not be read";
  fs::remove_all(root);
}

TEST_F(KillSwitchTest, KeepsWhatItCannotReadForPeople) {
  ASSERT_TRUE(files.WriteFileDurably("data/kills.json", AsBytes("{\"schema\":1")).ok());
  const auto kills = Open();
  ASSERT_TRUE(Throw(*kills, {Kind::kModel, "a"}).ok());
  EXPECT_EQ(files.ReadFile("data/kills.json.damaged", 1000).value(), "{\"schema\":1");
}

TEST_F(KillSwitchTest, NamesSayNothingOfWhereAnOrderCameFrom) {
  const auto kills = Open();
  kills->Throw({Kind::kAll}, {"file KILL"}, "", [](const Result<Kill>&) {});
  ASSERT_TRUE(files.WriteFileDurably("data/KILL", {}).ok());
  const std::size_t tellings = told.size();
  for (int i = 0; i < 10; ++i) kills->Poll();
  ASSERT_EQ(kills->List().size(), 2U) << "the file's is its own";
  EXPECT_EQ(told.size(), tellings + 1) << "thrown once";
  EXPECT_EQ(kills->List()[1].origin, records::KillOrigin::kFile);
  ASSERT_TRUE(kills->Release(1).ok());
  EXPECT_TRUE(kills->Covers("a", 1, "")) << "the file stands";
  EXPECT_EQ(Open()->Release(2).error().code(), Code::kFailedPrecondition) << "after a restart too";
  ASSERT_TRUE(files.Remove("data/KILL").ok());
  ASSERT_TRUE(kills->Release(2).ok());
  EXPECT_FALSE(kills->Covers("a", 1, ""));
}

TEST_F(KillSwitchTest, IdsGoOnFromTheLogWhateverTheListSays) {
  in_log = [] { return records::KillsInLog{7, 0}; };
  ASSERT_TRUE(files.WriteFileDurably("data/kills.json", AsBytes("{\"schema\":1")).ok());
  EXPECT_EQ(Open()->List().at(0).id, 8U);
  const std::string old = R"({"schema":2,"next_id":2,"kills":[]})";
  ASSERT_TRUE(files.WriteFileDurably("data/kills.json", AsBytes(old)).ok());
  EXPECT_EQ(Throw(*Open(), {Kind::kModel, "a"})->id, 8U);
}

// Asks its hook in the middle of each durable write.
class SlowFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    return files.Open(path, mode);
  }
  Result<std::unique_ptr<MappedFile>> Map(const std::string& path) override {
    return files.Map(path);
  }
  Result<FileStat> Stat(const std::string& path) override { return files.Stat(path); }
  Result<std::vector<std::string>> List(const std::string& path) override {
    return files.List(path);
  }
  Status MakeDirectories(const std::string& path) override { return files.MakeDirectories(path); }
  Status Rename(const std::string& from, const std::string& to) override {
    if (hook) hook();
    return files.Rename(from, to);
  }
  Status Remove(const std::string& path) override { return files.Remove(path); }
  Status SyncDirectory(const std::string& path) override { return files.SyncDirectory(path); }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return files.Lock(path);
  }
  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    return files.FreeBytes(path);
  }
  SimulatedFileSystem files;
  std::function<void()> hook;
};

TEST_F(KillSwitchTest, AnOrderWaitsForNoOthersWrite) {
  SlowFileSystem slow;
  ASSERT_TRUE(slow.MakeDirectories("data").ok());
  KillSwitch kills({.files = &slow, .clock = &clock, .list_file = "data/kills.json"});
  kills.Open();
  std::vector<std::function<void()>> waiting;
  const auto aside = [&](std::function<void()> work) {
    waiting.push_back(std::move(work));
    return true;
  };
  int done = 0, writes = 0;
  const auto count = [&](const Result<Kill>& kill) { done += kill.ok() ? 1 : 0; };
  slow.hook = [&] {
    if (++writes != 1) return;
    kills.Throw({Kind::kAll}, {"bob"}, "", count, aside);
    EXPECT_TRUE(kills.Covers("b", 1, "")) << "while the other's is being written";
  };
  kills.Throw({Kind::kModel, "a"}, {"anna"}, "", count);
  EXPECT_EQ(done, 1) << "the second is not durable yet";
  ASSERT_EQ(waiting.size(), 1U);
  waiting[0]();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(records::ReadKillList(slow, "data/kills.json")->kills.size(), 2U);

  slow.hook = [&] { kills.Throw({Kind::kModel, "c"}, {"bob"}, "", count, aside); };
  ASSERT_TRUE(kills.Release(2).ok());
  slow.hook = nullptr;
  EXPECT_TRUE(kills.Covers("c", 1, "")) << "ordered while the release was written";
  waiting.back()();
  const auto kept = records::ReadKillList(slow, "data/kills.json");
  ASSERT_EQ(kept->kills.size(), 2U);
  EXPECT_EQ(kept->kills[1].scope.model, "c");
}

}  // namespace
}  // namespace mooring::serving
