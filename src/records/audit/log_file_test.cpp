#include "records/audit/log_file.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"
#include "base/limits.h"
#include "records/audit/check_log.h"
#include "records/audit/log_for_tests.h"

namespace mooring::records {
namespace {

constexpr std::uint64_t kEntries = 5;

Status AppendOne(FileSystem& fs) {
  ASSIGN_OR_RETURN(LogFile log, LogFile::Open(fs, "control"));
  return log.Append(SomeRecord(log.durable().place.records));
}

std::string LogBytes(FileSystem& fs) { return fs.ReadFile("control/log", 1 << 20).value(); }

// Whole, and of `least` to `most` entries; the mark agrees.
void ExpectWhole(FileSystem& fs, std::uint64_t least, std::uint64_t most) {
  const auto opened = LogFile::Open(fs, "control");
  ASSERT_TRUE(opened.ok()) << opened.error().ToString();
  const LogReport report = CheckLog(AsBytes(LogBytes(fs)), {.tree = true});
  EXPECT_TRUE(report.problems.empty());
  EXPECT_GE(report.entries, least);
  EXPECT_LE(report.entries, most);
  EXPECT_EQ(opened->durable().place.records, report.entries);
  EXPECT_EQ(opened->durable().place.chain, report.chain);
  TreeHasher hasher;
  EXPECT_EQ(opened->durable().tree.Root(hasher), report.root);
}

void Make(FileSystem& fs, std::uint64_t entries) {
  ASSERT_TRUE(fs.MakeDirectories("control").ok());
  for (std::uint64_t i = 0; i < entries; ++i) ASSERT_TRUE(AppendOne(fs).ok());
}

TEST(LogFile, GrowsAsTheRuleSays) {
  SimulatedFileSystem fs;
  Make(fs, kEntries);
  EXPECT_EQ(LogBytes(fs), LogOf(SomeLines(kEntries)));
  ExpectWhole(fs, kEntries, kEntries);
}

TEST(LogFile, SurvivesACutAtEveryCall) {
  bool finished = false;
  for (std::uint64_t call = 1; !finished; ++call) {
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
      SimulatedFileSystem fs(seed * 1000 + call);
      fs.SetGarbage(seed % 2 == 0);
      ASSERT_TRUE(fs.MakeDirectories("control").ok());
      fs.CutPowerAtCall(fs.mutating_calls() + call);
      std::uint64_t told = 0;
      while (told < kEntries && AppendOne(fs).ok()) ++told;
      finished = told == kEntries;
      fs.Restart();
      fs.CutPowerAtCall(0);
      ExpectWhole(fs, told, told + 1);
      ASSERT_TRUE(AppendOne(fs).ok()) << call;
      ExpectWhole(fs, told + 1, told + 2);
    }
  }
}

TEST(LogFile, GoesOnAfterEveryFailedCallAndSync) {
  for (std::uint64_t call = 1; call < 40; ++call) {
    for (const bool sync : {false, true}) {
      SimulatedFileSystem fs(call);
      ASSERT_TRUE(fs.MakeDirectories("control").ok());
      sync ? fs.FailSyncAt(fs.syncs() + call) : fs.FailAtCall(fs.mutating_calls() + call);
      std::uint64_t told = 0, tried = 0;
      for (; told < kEntries; ++tried) told += AppendOne(fs).ok() ? 1 : 0;
      ExpectWhole(fs, told, tried);
      fs.Restart();
      ExpectWhole(fs, told, tried);
    }
  }
}

TEST(LogFile, AFullDiskRefusesAndLosesNothing) {
  SimulatedFileSystem fs;
  Make(fs, 3);
  fs.SetCapacity(fs.used_bytes() + 20);
  EXPECT_EQ(AppendOne(fs).error().code(), Code::kResourceExhausted);
  ExpectWhole(fs, 3, 3);
  fs.SetCapacity(1 << 30);
  EXPECT_TRUE(AppendOne(fs).ok());
  ExpectWhole(fs, 4, 4);
}

TEST(LogFile, CutsAnUnfinishedLineBehindTheMarkOnly) {
  const std::string next = SomeLines(4).back();
  for (std::size_t size = 1; size <= next.size(); ++size) {
    SimulatedFileSystem fs;
    Make(fs, 3);
    const auto file = fs.Open("control/log", OpenMode::kReadWrite);
    const std::uint64_t end = (*file)->Size().value();
    ASSERT_TRUE((*file)->WriteAt(end, AsBytes(next.substr(0, size))).ok());
    const std::uint64_t whole = size == next.size() ? 4 : 3;
    ExpectWhole(fs, whole, whole);
  }
}

TEST(LogFile, RefusesDamageBeforeTheMark) {
  SimulatedFileSystem fs;
  Make(fs, 3);
  const std::uint64_t size = LogBytes(fs).size();
  const std::uint64_t last = size - SomeLines(3).back().size();
  // The newest chain value, the first line, the length: what is looked at on each opening.
  for (const std::uint64_t at : {last, last + 63, std::uint64_t{0}}) {
    ASSERT_TRUE(fs.FlipBit("control/log", at * 8).ok());
    const Status refused = AppendOne(fs);
    EXPECT_EQ(refused.error().code(), Code::kDataLoss) << at;
    EXPECT_NE(refused.error().where().find("byte "), std::string::npos);
    ASSERT_TRUE(fs.FlipBit("control/log", at * 8).ok());
  }
  const auto file = fs.Open("control/log", OpenMode::kReadWrite);
  ASSERT_TRUE((*file)->Truncate(size - 1).ok());
  EXPECT_EQ(AppendOne(fs).error().code(), Code::kDataLoss);
  EXPECT_EQ((*file)->Size().value(), size - 1) << "nothing is written over evidence";
}

TEST(LogFile, RefusesMoreThanOneUnfinishedEntry) {
  SimulatedFileSystem fs;
  Make(fs, 2);
  const auto file = fs.Open("control/log", OpenMode::kReadWrite);
  const std::string junk(limits::kControlRecordBytes + 100, 'j');
  ASSERT_TRUE((*file)->WriteAt((*file)->Size().value(), AsBytes(junk)).ok());
  EXPECT_EQ(AppendOne(fs).error().code(), Code::kDataLoss);
}

TEST(LogFile, AMarkThatWasLostIsMadeAnewFromAWholeLog) {
  SimulatedFileSystem fs;
  Make(fs, 3);
  ASSERT_TRUE(fs.Remove("control/mark").ok());
  ExpectWhole(fs, 3, 3);
  ASSERT_TRUE(fs.Remove("control/mark").ok());
  ASSERT_TRUE(fs.FlipBit("control/log", 8 * 100).ok());
  EXPECT_EQ(AppendOne(fs).error().code(), Code::kDataLoss);
}

TEST(LogFile, ALogThatIsGoneIsNotBegunAnew) {
  SimulatedFileSystem fs;
  Make(fs, 3);
  ASSERT_TRUE(fs.Remove("control/log").ok());
  EXPECT_EQ(AppendOne(fs).error().code(), Code::kDataLoss);
}

TEST(LogFile, RefusesARecordOverTheLimit) {
  SimulatedFileSystem fs;
  Make(fs, 1);
  auto log = LogFile::Open(fs, "control");
  EXPECT_EQ(log->Append(std::string(limits::kControlRecordBytes + 1, 'a')).error().code(),
            Code::kTooLarge);
  EXPECT_TRUE(log->Append(std::string(limits::kControlRecordBytes, 'a')).ok());
  ExpectWhole(fs, 2, 2);
}

}  // namespace
}  // namespace mooring::records
