#include "records/audit/control_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "base/crypto/digest.h"
#include "base/io/simulated_file_system.h"
#include "records/audit/check_log.h"
#include "records/audit/log_lines.h"
#include "records/audit/signing_key.h"

namespace mooring::records {
namespace {

ControlEntry Entry(const std::string& object) {
  return {.principal = "ann", .channel = "cli", .action = "alias.set", .object = object};
}

std::vector<TreeHead> HeadsIn(FileSystem& fs) {
  std::vector<TreeHead> heads;
  if (!fs.Exists("control/heads")) return heads;
  std::string text = fs.ReadFile("control/heads", 1 << 20).value();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto head = DecodeHead(text.substr(0, end));
    if (head.ok()) heads.push_back(*head);
    text.erase(0, end + 1);
  }
  return heads;
}

LogReport CheckAll(FileSystem& fs) {
  const auto key = OpenSigningKey(fs, "control");
  const std::string bytes = fs.ReadFile("control/log", 1 << 24).value();
  return CheckLog(AsBytes(bytes), {.heads = HeadsIn(fs), .key = key->public_key(), .tree = true});
}

struct ControlLogTest : testing::Test {
  SimulatedFileSystem fs;
  SimulatedClock clock;
  ControlLog::Options Options() {
    return {.directory = "control", .files = &fs, .clock = &clock, .sign_every = 4};
  }
};

TEST_F(ControlLogTest, NumbersEntriesAndKeepsThemInOrder) {
  {
    ControlLog log(Options());
    EXPECT_FALSE(fs.Exists("control")) << "nothing is touched before the first entry";
    for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(*log.Append(Entry(std::to_string(i))), i);
    clock.Advance(std::chrono::seconds(5));
    EXPECT_EQ(*log.Append(Entry("3")), 3u);
  }
  std::uint64_t seen = 0;
  const std::string bytes = fs.ReadFile("control/log", 1 << 20).value();
  ASSERT_TRUE(VisitEntries(AsBytes(bytes), [&](const ControlEntry& entry) {
                EXPECT_EQ(entry.sequence, seen);
                EXPECT_EQ(entry.object, std::to_string(seen));
                EXPECT_EQ(entry.at == clock.Now(), seen == 3);
                ++seen;
                return true;
              }).ok());
  EXPECT_EQ(seen, 4u);
}

TEST_F(ControlLogTest, SignsEverySoOftenAndAtTheEnd) {
  {
    ControlLog log(Options());
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(log.Append(Entry("m")).ok());
    ASSERT_EQ(HeadsIn(fs).size(), 2u);
  }
  const auto heads = HeadsIn(fs);
  ASSERT_EQ(heads.size(), 3u);
  EXPECT_EQ(heads[0].size, 4u);
  EXPECT_EQ(heads[1].size, 8u);
  EXPECT_EQ(heads[2].size, 10u);
  EXPECT_TRUE(CheckAll(fs).problems.empty());
  { ControlLog idle(Options()); }
  EXPECT_EQ(HeadsIn(fs).size(), 3u);
  ControlLog log(Options());
  const auto head = log.SignHead();
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->size, 10u);
  EXPECT_EQ(HeadsIn(fs).size(), 4u);
}

TEST_F(ControlLogTest, AnAppendThatFailsSaysSoAndTheNextGoesOn) {
  ControlLog log(Options());
  ASSERT_TRUE(log.Append(Entry("a")).ok());
  fs.FailSyncAt(fs.syncs() + 1);
  EXPECT_FALSE(log.Append(Entry("b")).ok());
  EXPECT_EQ(*log.Append(Entry("c")), 1u);
  EXPECT_TRUE(CheckAll(fs).problems.empty());
}

TEST_F(ControlLogTest, ACutAtAnyCallLosesNothingThatWasTold) {
  for (std::uint64_t call = 1; call < 80; ++call) {
    SimulatedFileSystem disk(call);
    ControlLog::Options options = Options();
    options.files = &disk;
    options.sign_every = 2;
    ASSERT_TRUE(disk.MakeDirectories("control").ok());
    disk.CutPowerAtCall(disk.mutating_calls() + call);
    std::uint64_t told = 0;
    {
      ControlLog log(options);
      while (told < 5 && log.Append(Entry("m")).ok()) ++told;
    }
    disk.Restart();
    disk.CutPowerAtCall(0);
    ControlLog log(options);
    ASSERT_TRUE(log.Append(Entry("after")).ok()) << call;
    const LogReport report = CheckAll(disk);
    EXPECT_TRUE(report.problems.empty()) << call << report.problems[0].what;
    EXPECT_GE(report.entries, told + 1);
    EXPECT_LE(report.entries, told + 2);
  }
}

TEST_F(ControlLogTest, AKeyThatCannotBeUsedIsToldAndEntriesStand) {
  std::vector<std::string> told;
  ControlLog::Options options = Options();
  options.on_problem = [&told](const Error& error) { told.push_back(error.message()); };
  ASSERT_TRUE(fs.MakeDirectories("control").ok());
  ASSERT_TRUE(fs.WriteFileDurably("control/signing.key", AsBytes("nothing")).ok());
  ControlLog log(options);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(log.Append(Entry("m")).ok());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(told[0].find("damaged"), std::string::npos);
  EXPECT_FALSE(log.SignHead().ok());
}

TEST_F(ControlLogTest, WaitsForTheLockAndGivesUp) {
  ControlLog::Options options = Options();
  options.wait = std::chrono::milliseconds(5);
  ControlLog log(options);
  ASSERT_TRUE(log.Append(Entry("m")).ok());
  const auto held = fs.Lock("control/lock");
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(log.Append(Entry("m")).error().code(), Code::kUnavailable);
}

TEST_F(ControlLogTest, AFullDiskIsSaidAndWhatNeverWaitsIsWrittenOnceThereIsSpace) {
  ControlLog log(Options());
  ASSERT_TRUE(log.Append(Entry("1")).ok());
  fs.SetCapacity(fs.used_bytes());
  const auto refused = log.Append(Entry("2"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message(), "no space left for the control log");
  EXPECT_EQ(refused.error().code(), Code::kUnavailable);
  EXPECT_NE(refused.error().help().find("free space"), std::string::npos);
  ControlEntry kill = Entry("7");
  kill.action = "kill.killed";
  kill.never_waits = true;
  const auto kept = log.Append(kill);
  ASSERT_FALSE(kept.ok());
  EXPECT_NE(kept.error().message().find("'kill.killed' is kept in memory"), std::string::npos);
  fs.SetCapacity(1U << 30);
  ASSERT_TRUE(log.WriteWaiting().ok());
  ASSERT_TRUE(log.Append(Entry("3")).ok());
  std::string objects;
  const std::string bytes = fs.ReadFile("control/log", 1 << 20).value();
  ASSERT_TRUE(VisitEntries(AsBytes(bytes), [&](const ControlEntry& entry) {
                objects += entry.object;
                if (entry.object == "7") {
                  EXPECT_NE(entry.detail.find("written late, of "), std::string::npos);
                }
                return true;
              }).ok());
  EXPECT_EQ(objects, "173");
}

TEST_F(ControlLogTest, WhatNeverWaitsIsInTheLogOnceTheLockIsFree) {
  ControlLog::Options options = Options();
  options.wait = std::chrono::milliseconds(5);
  std::vector<std::string> told;
  options.on_problem = [&](const Error& error) { told.push_back(error.ToString()); };
  ControlEntry kill = Entry("7");
  kill.action = "kill.thrown";
  kill.never_waits = true;
  const auto all = [&] {
    std::string objects;
    const std::string bytes = fs.ReadFile("control/log", 1 << 20).value();
    EXPECT_TRUE(VisitEntries(AsBytes(bytes), [&](const ControlEntry& entry) {
                  objects += entry.object;
                  return true;
                }).ok());
    return objects;
  };
  Result<std::unique_ptr<FileLock>> held = Error(Code::kUnavailable, "not yet");
  {
    ControlLog log(options);
    ASSERT_TRUE(log.Append(Entry("1")).ok());
    held = fs.Lock("control/lock");
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(log.Append(kill).error().code(), Code::kUnavailable);
    EXPECT_EQ(log.Append(Entry("2")).error().code(), Code::kUnavailable) << "a change is refused";
    EXPECT_FALSE(log.WriteWaiting().ok());
    ASSERT_FALSE(told.empty());
    EXPECT_NE(told[0].find("'kill.thrown' waits"), std::string::npos) << told[0];
    held = Error(Code::kUnavailable, "let go");
  }
  // It is durable: another process writes it, before its own.
  ControlLog other(options);
  EXPECT_EQ(*other.Append(Entry("3")), 2u);
  EXPECT_EQ(all(), "173");
  held = fs.Lock("control/lock");
  EXPECT_FALSE(other.Append(kill).ok());
  held = Error(Code::kUnavailable, "let go");
  EXPECT_TRUE(other.WriteWaiting().ok());
  EXPECT_EQ(all(), "1737");
  EXPECT_TRUE(other.WriteWaiting().ok());
  EXPECT_EQ(all(), "1737");
  EXPECT_TRUE(CheckAll(fs).problems.empty());
}

TEST_F(ControlLogTest, ChecksWithoutMakingAnything) {
  ControlLog log(Options());
  EXPECT_TRUE(log.Check().ok());
  EXPECT_FALSE(fs.Exists("control"));
  ASSERT_TRUE(log.Append(Entry("m")).ok());
  EXPECT_TRUE(log.Check().ok());
  ASSERT_TRUE(fs.FlipBit("control/log", 3).ok());
  EXPECT_EQ(log.Check().error().code(), Code::kDataLoss);
}

struct DamagedControlLog : ControlLogTest {
  std::vector<std::string> told;
  ControlLog::Options Telling() {
    ControlLog::Options options = Options();
    options.on_problem = [this](const Error& error) { told.push_back(error.ToString()); };
    return options;
  }
  void SetUp() override {
    ControlLog log(Options());
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(log.Append(Entry("m" + std::to_string(i))).ok());
  }
  std::string LogText() { return fs.ReadFile("control/log", 1 << 20).value(); }
  // One letter of an old entry is another one: neither the mark nor the newest line shows it.
  void ChangeAnOldEntry() {
    std::string text = LogText();
    text[text.find("\"m1\"") + 1] = 'n';
    ASSERT_TRUE(fs.WriteFileDurably("control/log", AsBytes(text)).ok());
  }
  static ControlEntry Kill() {
    ControlEntry entry = Entry("7");
    entry.action = "kill.thrown";
    entry.never_waits = true;
    return entry;
  }
};

TEST_F(DamagedControlLog, RefusesChangesOnceTheOldDamageWasFound) {
  ChangeAnOldEntry();
  const std::string before = LogText();
  ControlLog log(Telling());
  const Status found = log.Check();
  ASSERT_EQ(found.error().code(), Code::kDataLoss);
  const auto refused = log.Append(Entry("m"));
  ASSERT_EQ(refused.error().code(), Code::kDataLoss);
  const std::string text = refused.error().ToString();
  for (const char* part : {"entry 1", "control/log, byte", "mooring audit verify", "move"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
  EXPECT_FALSE(log.SignHead().ok()) << "a signature would vouch for it";
  EXPECT_EQ(LogText(), before);
}

TEST_F(DamagedControlLog, TheFirstAppendOfEachProcessLooksWithoutBeingAsked) {
  ChangeAnOldEntry();
  EXPECT_EQ(ControlLog(Options()).Append(Entry("m")).error().code(), Code::kDataLoss);
  EXPECT_TRUE(fs.Exists("control/damaged"));
}

TEST_F(DamagedControlLog, OtherProcessesThatHadLookedBeforeRefuseToo) {
  ControlLog other(Options());
  ASSERT_TRUE(other.Append(Entry("m")).ok());
  ChangeAnOldEntry();
  EXPECT_FALSE(ControlLog(Options()).Check().ok());
  EXPECT_EQ(other.Append(Entry("m")).error().code(), Code::kDataLoss);
}

TEST_F(DamagedControlLog, TheNoteRemovedByHandComesBack) {
  ChangeAnOldEntry();
  ControlLog log(Options());
  EXPECT_FALSE(log.Append(Entry("m")).ok());
  ASSERT_TRUE(fs.Remove("control/damaged").ok());
  EXPECT_FALSE(log.Append(Entry("m")).ok());
  EXPECT_TRUE(fs.Exists("control/damaged"));
}

TEST_F(DamagedControlLog, ANoteThatCannotBeReadRefuses) {
  ASSERT_TRUE(fs.WriteFileDurably("control/damaged", AsBytes("?")).ok());
  EXPECT_EQ(ControlLog(Options()).Append(Entry("m")).error().code(), Code::kDataLoss);
}

TEST_F(DamagedControlLog, WhatNeverWaitsIsWrittenBehindAndTold) {
  ChangeAnOldEntry();
  const std::string before = LogText();
  ControlLog log(Telling());
  EXPECT_EQ(*log.Append(Kill()), 1u) << "behind the entry that says what was found";
  EXPECT_EQ(*log.Append(Kill()), 2u);
  EXPECT_EQ(LogText(), before);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("kill.thrown"), std::string::npos) << told[0];
  const std::string behind = fs.ReadFile("control/after-damage/log", 1 << 20).value();
  EXPECT_TRUE(CheckLog(AsBytes(behind)).problems.empty());
  std::vector<ControlEntry> entries;
  ASSERT_TRUE(VisitEntries(AsBytes(behind), [&](const ControlEntry& entry) {
                entries.push_back(entry);
                return true;
              }).ok());
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].action, "log.damaged");
  EXPECT_NE(entries[0].detail.find("entry 1"), std::string::npos) << entries[0].detail;
  EXPECT_EQ(entries[0].before, Hex(Sha256Of(AsBytes(before))));
  EXPECT_EQ(entries[2].action, "kill.thrown");
}

TEST_F(DamagedControlLog, WhatWaitedForTheLockIsWrittenBehindToo) {
  ControlLog::Options options = Telling();
  options.wait = std::chrono::milliseconds(5);
  {
    const auto held = fs.Lock("control/lock");
    EXPECT_FALSE(ControlLog(options).Append(Kill()).ok());
  }
  ChangeAnOldEntry();
  EXPECT_FALSE(ControlLog(options).Check().ok());
  const std::string behind = fs.ReadFile("control/after-damage/log", 1 << 20).value();
  EXPECT_NE(behind.find("kill.thrown"), std::string::npos);
}

TEST_F(DamagedControlLog, MovedAwayWholeItBeginsANewOne) {
  ChangeAnOldEntry();
  ControlLog log(Options());
  EXPECT_FALSE(log.Append(Entry("m")).ok());
  for (const std::string name : {"log", "mark", "heads", "damaged"}) {
    ASSERT_TRUE(fs.Remove("control/" + name).ok());
  }
  EXPECT_EQ(*log.Append(Entry("m")), 0u);
}

TEST_F(DamagedControlLog, ARepeatedOrForgedLastLineIsFound) {
  const std::string text = LogText();
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
  std::string forged = text.substr(last);
  forged[forged.find("\"m5\"") + 2] = '9';
  ChainHasher hasher;
  const Digest newest = DecodeDigest(text.substr(last, kChainDigits)).value();
  const std::string record =
      text.substr(last + kChainDigits + 1, text.size() - last - kChainDigits - 2);
  // Chained as it should be, but an entry with this number stands already.
  const std::string chained = LogLine(hasher.Next(newest, AsBytes(record)), record);
  for (const std::string& line : {text.substr(last), forged, chained}) {
    ASSERT_TRUE(fs.WriteFileDurably("control/log", AsBytes(text + line)).ok());
    ControlLog log(Telling());
    EXPECT_EQ(log.Append(Entry("m")).error().code(), Code::kDataLoss) << line;
    EXPECT_EQ(LogText(), text + line) << "it is evidence";
    ASSERT_TRUE(fs.Remove("control/damaged").ok());
  }
}

TEST_F(DamagedControlLog, ATornLastLineAndABlankTailAreMendedAndTold) {
  const std::string text = LogText();
  const std::string torn = text.substr(text.rfind('\n', text.size() - 2) + 1, 70);
  for (const std::string& tail : {torn, std::string(300, '\0'), torn + std::string(90, '\0')}) {
    told.clear();
    ASSERT_TRUE(fs.WriteFileDurably("control/log", AsBytes(text + tail)).ok());
    ControlLog log(Telling());
    ASSERT_TRUE(log.Check().ok());
    ASSERT_EQ(told.size(), 1u);
    EXPECT_NE(told[0].find(std::to_string(tail.size()) + " bytes"), std::string::npos) << told[0];
    EXPECT_EQ(LogText(), text);
  }
}

TEST_F(DamagedControlLog, AHeadThatTheLogDoesNotFitIsDamage) {
  // The log and its mark written wholly anew, with as many entries: the heads beside it tell.
  SimulatedFileSystem other;
  ControlLog::Options options = Options();
  options.files = &other;
  {
    ControlLog log(options);
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(log.Append(Entry("x")).ok());
  }
  for (const std::string name : {"log", "mark"}) {
    const std::string bytes = other.ReadFile("control/" + name, 1 << 20).value();
    ASSERT_TRUE(fs.WriteFileDurably("control/" + name, AsBytes(bytes)).ok());
  }
  EXPECT_EQ(ControlLog(Options()).Append(Entry("m")).error().code(), Code::kDataLoss);
}

// Each log has handles and a lock of its own, as each process would.
TEST(ControlLogTogether, SeveralAppendToOneDirectory) {
  constexpr int kWriters = 4, kEach = 25;
  const std::string directory = testing::TempDir() + "control_" + std::to_string(::getpid());
  std::filesystem::remove_all(directory);
  std::vector<std::vector<std::uint64_t>> got(kWriters);
  {
    std::vector<std::jthread> writers;
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back([&, w] {
        ControlLog log({.directory = directory,
                        .files = &PosixFileSystem(),
                        .clock = &SystemClock(),
                        .wait = std::chrono::minutes(2)});
        for (int i = 0; i < kEach; ++i) {
          const auto sequence = log.Append(Entry(std::to_string(w)));
          if (sequence.ok()) got[static_cast<std::size_t>(w)].push_back(*sequence);
        }
      });
    }
  }
  std::set<std::uint64_t> all;
  for (const auto& some : got) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), std::size_t{kWriters * kEach});
  const std::string bytes = PosixFileSystem().ReadFile(directory + "/log", 1 << 24).value();
  const LogReport report = CheckLog(AsBytes(bytes));
  EXPECT_TRUE(report.problems.empty());
  EXPECT_EQ(report.entries, std::uint64_t{kWriters * kEach});
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace mooring::records
