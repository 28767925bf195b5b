#include "base/io/simulated_file_system.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace mooring {
namespace {

std::unique_ptr<File> MustOpen(FileSystem& fs, const std::string& path,
                               OpenMode mode = OpenMode::kReadWrite) {
  auto file = fs.Open(path, mode);
  EXPECT_TRUE(file.ok()) << path;
  return std::move(*file);
}

std::string Contents(FileSystem& fs, const std::string& path) {
  auto text = fs.ReadFile(path, 1 << 20);
  return text.ok() ? *text : "(" + text.error().message() + ")";
}

TEST(SimulatedFileSystem, IsAFileSystem) {
  SimulatedFileSystem fs;
  ASSERT_TRUE(fs.MakeDirectories("/a/b").ok());
  ASSERT_TRUE(fs.WriteFileDurably("/a/b/x", AsBytes("hello")).ok());
  ASSERT_TRUE(fs.WriteFileDurably("/a/b/x", AsBytes("bye")).ok());
  EXPECT_EQ(Contents(fs, "/a/b/x"), "bye");
  EXPECT_EQ(*fs.List("/a/b"), std::vector<std::string>{"x"});
  EXPECT_EQ(AsText((*fs.Map("/a/b/x"))->bytes()), "bye");
  EXPECT_EQ(fs.Open("/a/b/x", OpenMode::kCreateNew).error().code(), Code::kAlreadyExists);
  EXPECT_EQ(fs.Open("/a/none", OpenMode::kRead).error().code(), Code::kNotFound);
  EXPECT_EQ(fs.Open("/none/x", OpenMode::kReadWrite).error().code(), Code::kNotFound);
  EXPECT_EQ(fs.MakeDirectories("/a/b/x").error().code(), Code::kAlreadyExists);
  EXPECT_FALSE(fs.Open("/a/b", OpenMode::kRead).ok());
  EXPECT_FALSE(fs.Remove("/a/b").ok()) << "not empty";
  EXPECT_FALSE(fs.Rename("/a", "/a/b/c").ok()) << "inside itself";
  EXPECT_FALSE(fs.Remove("/").ok());
  ASSERT_TRUE(fs.Rename("/a/b/x", "/a/y").ok());
  ASSERT_TRUE(fs.Remove("/a/b").ok());
  EXPECT_EQ(*fs.List("/a"), std::vector<std::string>{"y"});
  EXPECT_FALSE(MustOpen(fs, "/a/y", OpenMode::kRead)->WriteAt(0, AsBytes("x")).ok());
}

TEST(SimulatedFileSystem, AFileKnowsWhetherAPathIsStillItsOwn) {
  SimulatedFileSystem fs;
  ASSERT_TRUE(fs.MakeDirectories("/a").ok());
  const auto file = MustOpen(fs, "/a/x");
  EXPECT_TRUE(file->IsAt("/a/x").value());
  ASSERT_TRUE(fs.Rename("/a", "/b").ok());
  EXPECT_FALSE(file->IsAt("/a/x").value());
  EXPECT_TRUE(file->IsAt("/b/x").value());
  ASSERT_TRUE(fs.Remove("/b/x").ok());
  MustOpen(fs, "/b/x");
  EXPECT_FALSE(file->IsAt("/b/x").value());
}

TEST(SimulatedFileSystem, WritesBeyondTheEndLeaveZeros) {
  SimulatedFileSystem fs;
  auto file = MustOpen(fs, "x");
  ASSERT_TRUE(file->WriteAt(3, AsBytes("z")).ok());
  EXPECT_EQ(Contents(fs, "/x"), std::string("\0\0\0z", 4));
  ASSERT_TRUE(file->Truncate(2).ok());
  ASSERT_TRUE(file->Allocate(3).ok());
  EXPECT_EQ(*file->Size(), 3U);
}

TEST(SimulatedFileSystem, OneHolderOfALockUntilThePowerCut) {
  SimulatedFileSystem fs;
  auto first = fs.Lock("lock");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(fs.Lock("lock").error().code(), Code::kConflict);
  fs.Restart();
  auto second = fs.Lock("lock");
  ASSERT_TRUE(second.ok());
  first->reset();  // the dead holder must not release the living one's lock
  EXPECT_EQ(fs.Lock("lock").error().code(), Code::kConflict);
  second->reset();
  EXPECT_TRUE(fs.Lock("lock").ok());
}

TEST(SimulatedFileSystem, SyncedBytesSurviveEverySeed) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SimulatedFileSystem fs(seed);
    fs.SetGarbage(seed % 2 == 0);
    auto file = MustOpen(fs, "x");
    ASSERT_TRUE(file->WriteAt(0, AsBytes(std::string(700, 'a'))).ok());
    ASSERT_TRUE(file->Sync().ok());
    ASSERT_TRUE(fs.SyncDirectory("/").ok());
    ASSERT_TRUE(file->WriteAt(700, AsBytes(std::string(2000, 'b'))).ok());
    fs.CutPower();
    EXPECT_EQ(file->Size().error().code(), Code::kUnavailable);
    EXPECT_EQ(fs.Stat("x").error().code(), Code::kUnavailable);
    fs.Restart();
    EXPECT_EQ(Contents(fs, "x").substr(0, 700), std::string(700, 'a')) << seed;
    EXPECT_FALSE(file->WriteAt(0, AsBytes("late")).ok()) << "a handle from before the cut";
  }
}

TEST(SimulatedFileSystem, UnsyncedBytesAreKeptLostAndTornBySectors) {
  std::set<std::string> kinds;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SimulatedFileSystem fs(seed);
    auto file = MustOpen(fs, "x");
    ASSERT_TRUE(file->Sync().ok());
    ASSERT_TRUE(fs.SyncDirectory("/").ok());
    ASSERT_TRUE(file->WriteAt(0, AsBytes(std::string(1024, 'a'))).ok());
    ASSERT_TRUE(file->WriteAt(1024, AsBytes(std::string(512, 'b'))).ok());
    fs.Restart();
    const std::string left = Contents(fs, "x");
    if (left.empty()) kinds.insert("nothing");
    if (left.size() == 1536 && left.find('\0') == std::string::npos) kinds.insert("everything");
    if (left.size() % 512 != 0) kinds.insert("torn");
    if (left.size() > 512 && left[0] == '\0') kinds.insert("first lost, later kept");
    if (left == std::string(1024, 'a')) kinds.insert("prefix");
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"nothing", "everything", "torn", "prefix",
                                          "first lost, later kept"}));
}

TEST(SimulatedFileSystem, NamesAreSureOnlyAfterTheDirectoryIsSynced) {
  int vanished = 0, stayed = 0, removed_came_back = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedFileSystem fs(seed);
    ASSERT_TRUE(fs.MakeDirectories("/d").ok());
    ASSERT_TRUE(fs.WriteFileDurably("/d/sure", AsBytes("1")).ok());
    ASSERT_TRUE(fs.WriteFileDurably("/d/gone", AsBytes("2")).ok());
    ASSERT_TRUE(fs.Remove("/d/gone").ok());
    auto file = MustOpen(fs, "/d/new");
    ASSERT_TRUE(file->Sync().ok());
    fs.Restart();
    EXPECT_TRUE(fs.Exists("/d/sure"));
    (fs.Exists("/d/new") ? stayed : vanished)++;
    removed_came_back += fs.Exists("/d/gone") ? 1 : 0;
  }
  EXPECT_GT(vanished, 10);
  EXPECT_GT(stayed, 10);
  EXPECT_GT(removed_came_back, 10);
}

TEST(SimulatedFileSystem, DurableReplacementIsOldOrNewAtEveryCut) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    bool finished = false;
    for (std::uint64_t call = 1; !finished; ++call) {
      SimulatedFileSystem fs(seed * 1000 + call);
      ASSERT_TRUE(fs.WriteFileDurably("/x", AsBytes("old")).ok());
      fs.CutPowerAtCall(fs.mutating_calls() + call);
      finished = fs.WriteFileDurably("/x", AsBytes("new")).ok();
      EXPECT_EQ(fs.has_power(), finished);
      fs.Restart();
      const std::string left = Contents(fs, "/x");
      EXPECT_TRUE(left == "new" || (!finished && left == "old")) << left << " at call " << call;
      ASSERT_LT(call, 20U);
    }
  }
}

TEST(SimulatedFileSystem, AFailedSyncLosesTheBytesEvenIfALaterOneSucceeds) {
  bool lost_any = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedFileSystem fs(seed);
    auto file = MustOpen(fs, "x");
    ASSERT_TRUE(fs.SyncDirectory("/").ok());
    fs.FailSyncAt(fs.syncs() + 1);
    const std::string text(4096, 'a');
    ASSERT_TRUE(file->WriteAt(0, AsBytes(text)).ok());
    EXPECT_EQ(file->Sync().error().code(), Code::kUnavailable);
    EXPECT_EQ(Contents(fs, "x"), text) << "still readable before the restart";
    EXPECT_TRUE(file->Sync().ok());
    fs.Restart();
    lost_any = lost_any || Contents(fs, "x") != text;
  }
  EXPECT_TRUE(lost_any);
}

TEST(SimulatedFileSystem, ASyncCanFailForGood) {
  SimulatedFileSystem fs;
  auto file = MustOpen(fs, "x");
  fs.FailSyncAt(1, true);
  EXPECT_FALSE(file->Sync().ok());
  EXPECT_FALSE(file->Sync().ok());
  EXPECT_FALSE(fs.SyncDirectory("/").ok());
  EXPECT_EQ(fs.syncs(), 3U);
}

TEST(SimulatedFileSystem, OneCallCanFailWithoutEffect) {
  SimulatedFileSystem fs;
  auto file = MustOpen(fs, "x");
  fs.FailAtCall(fs.mutating_calls() + 1);
  EXPECT_EQ(file->WriteAt(0, AsBytes("a")).error().code(), Code::kUnavailable);
  EXPECT_EQ(*file->Size(), 0U);
  EXPECT_TRUE(file->WriteAt(0, AsBytes("a")).ok());
}

TEST(SimulatedFileSystem, AFullDiskTakesWhatFits) {
  SimulatedFileSystem fs;
  fs.SetCapacity(10);
  auto file = MustOpen(fs, "x");
  ASSERT_TRUE(file->WriteAt(0, AsBytes("12345678")).ok());
  EXPECT_EQ(*fs.FreeBytes("/"), 2U);
  EXPECT_EQ(file->WriteAt(8, AsBytes("abcd")).error().code(), Code::kResourceExhausted);
  EXPECT_EQ(Contents(fs, "x"), "12345678ab");
  EXPECT_TRUE(file->WriteAt(0, AsBytes("87654321")).ok()) << "overwriting needs no space";
  EXPECT_EQ(file->Allocate(11).error().code(), Code::kResourceExhausted);
  ASSERT_TRUE(file->Truncate(4).ok());
  EXPECT_EQ(*fs.FreeBytes("/"), 6U);
  EXPECT_EQ(fs.used_bytes(), 4U);
}

TEST(SimulatedFileSystem, FlippedBitsAreOnTheDisk) {
  SimulatedFileSystem fs;
  ASSERT_TRUE(fs.WriteFileDurably("x", AsBytes("a")).ok());
  ASSERT_TRUE(fs.FlipBit("x", 1).ok());
  EXPECT_EQ(Contents(fs, "x"), "c");
  EXPECT_FALSE(fs.FlipBit("x", 8).ok());
  const auto bit = fs.FlipRandomBit("x");
  ASSERT_TRUE(bit.ok());
  fs.Restart();
  ASSERT_TRUE(fs.FlipBit("x", *bit).ok());
  EXPECT_EQ(Contents(fs, "x"), "c");
}

TEST(SimulatedFileSystem, SameSeedSameSurvivors) {
  const auto run = [] {
    SimulatedFileSystem fs(7);
    fs.SetGarbage(true);
    auto file = MustOpen(fs, "x");
    EXPECT_TRUE(fs.SyncDirectory("/").ok());
    for (std::uint64_t i = 0; i < 20; ++i) {
      EXPECT_TRUE(file->WriteAt(i * 300, AsBytes(std::string(300, 'x'))).ok());
    }
    fs.Restart();
    return Contents(fs, "x");
  };
  EXPECT_EQ(run(), run());
}

TEST(SimulatedFileSystem, WritersOfManyThreadsDoNotDisturbEachOther) {
  SimulatedFileSystem fs;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&fs, i] {
        for (int n = 0; n < 50; ++n) {
          EXPECT_TRUE(
              fs.WriteFileDurably("f" + std::to_string(i), AsBytes(std::to_string(n))).ok());
        }
      });
    }
  }
  fs.Restart();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(Contents(fs, "f" + std::to_string(i)), "49");
}

}  // namespace
}  // namespace mooring
