// The journal's promises P1 to P6 under power cuts, failing disks and rotten bytes. One scenario
// writes with single-threaded commits on a simulated disk and keeps what it was told; after each
// fault the journal is opened again and compared: every acknowledged decision exactly once, every
// other at most once, order and values untouched. MOORING_LONG_TESTS=1 runs ten thousand seeds
// instead of hundreds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "base/rng.h"
#include "records/journal/journal_fixture.h"
#include "records/journal/segment_format.h"

namespace mooring::records {
namespace {

std::uint64_t Seeds(std::uint64_t few, std::uint64_t many) {
  return std::getenv("MOORING_LONG_TESTS") != nullptr ? many : few;
}

struct Waiter final : CommitWaiter {
  void Committed(const Status& status) noexcept override {
    ++told;
    ok = status.ok();
  }
  int told = 0;
  bool ok = false;
};

// What the world knows of a run: what was appended under which id and whether that was
// acknowledged.
struct World {
  struct Sent {
    DecisionId id;
    std::size_t rows = 1;
    std::unique_ptr<Waiter> waiter = std::make_unique<Waiter>();
  };
  std::map<std::int64_t, Sent> sent;   // by first serial
  std::int64_t next_serial = 0;

  std::uint64_t acknowledged() const {
    std::uint64_t rows = 0;
    for (const auto& [serial, one] : sent) rows += one.waiter->ok ? one.rows : 0;
    return rows;
  }
};

struct CrashTest : testing::Test {
  SimulatedClock clock;
  std::shared_ptr<const Binding> binding = TestBinding();

  Journal::Options Options(SimulatedFileSystem& fs) {
    auto options = TestOptions(fs, clock);
    options.segment_bytes = 4096;   // so that a short run rolls often
    return options;
  }

  // Appends a few blocks of one to three rows and commits, `rounds` times. Ends early when the disk
  // is gone.
  void Write(Journal& journal, World& world, Rng& rng, int rounds) {
    for (int round = 0; round < rounds; ++round) {
      for (std::uint64_t block = 1 + rng.Below(5); block > 0; --block) {
        const std::int64_t serial = world.next_serial;
        const std::size_t rows = 1 + rng.Below(3);
        const TestBlock made(binding, serial, rows);
        auto& sent = world.sent[serial];
        sent.rows = rows;
        world.next_serial += static_cast<std::int64_t>(rows);
        const auto id = journal.Append(made.block, sent.waiter.get());
        if (id.ok()) {
          sent.id = *id;
        } else {
          world.sent.erase(serial);  // refused at once: the waiter is never told
        }
      }
      journal.CommitNow();
    }
  }

  // P1, P2 and P4: all that was acknowledged is there once, under its id; the rest at most once.
  void ExpectKept(SimulatedFileSystem& fs, const World& world, const std::string& what) {
    const RememberingVisitor read = ReadAll(fs, "data/journal");
    ASSERT_EQ(read.wrong, 0) << what;
    for (const auto& [serial, ids] : read.seen) {
      ASSERT_EQ(ids.size(), 1U) << what << ": serial " << serial << " is there twice";
      ASSERT_LT(serial, world.next_serial) << what << ": nobody sent serial " << serial;
    }
    for (const auto& [first, sent] : world.sent) {
      for (std::uint32_t i = 0; i < sent.rows && sent.waiter->ok; ++i) {
        const auto found = read.seen.find(first + i);
        ASSERT_NE(found, read.seen.end()) << what << ": lost serial " << first + i;
        DecisionId id = sent.id;
        id.ordinal += i;
        ASSERT_EQ(found->second[0], id) << what;
      }
    }
  }

  // Opens, expects everything, writes a little more, closes, expects again, verifies the chain.
  void ExpectRecovers(SimulatedFileSystem& fs, World& world, const std::string& what) {
    Rng rng(99);
    fs.CutPowerAtCall(0);  // the faults of the test are over
    fs.FailAtCall(0);
    fs.FailSyncAt(0);
    {
      auto journal = Journal::Open(Options(fs));
      ASSERT_TRUE(journal.ok()) << what << ": " << journal.error().ToString();
      ExpectKept(fs, world, what);
      if (HasFatalFailure()) return;
      Write(**journal, world, rng, 2);
    }
    ExpectKept(fs, world, what + ", after more");
    const auto report = VerifyJournal(fs, "data/journal");
    ASSERT_TRUE(report.ok()) << what;
    ASSERT_THAT(report->findings, testing::IsEmpty()) << what;
    for (const auto& [serial, sent] : world.sent) ASSERT_LE(sent.waiter->told, 1) << what;
  }

  // One whole life: open, write, close, open, write, crash or not.
  void Live(SimulatedFileSystem& fs, World& world, const Journal::Options& options, Rng& rng) {
    for (int life = 0; life < 2; ++life) {
      auto journal = Journal::Open(options);
      if (!journal.ok()) return;
      Write(**journal, world, rng, 12);
      if (life == 0) continue;
      static_cast<void>((*journal)->DropBefore(Time(Micros(0))));
    }
    static_cast<void>(fs);
  }
};

TEST_F(CrashTest, LosesNothingAcknowledgedWhereverThePowerIsCut) {
  std::uint64_t cuts = 0;
  for (const AckMode ack : {AckMode::kSynced, AckMode::kWritten}) {
    for (std::uint64_t call = 1;; ++call) {
      SimulatedFileSystem fs(call);
      World world;
      Rng rng(7);
      fs.CutPowerAtCall(call);
      auto options = Options(fs);
      options.ack = ack;
      Live(fs, world, options, rng);
      const bool finished = fs.has_power();
      fs.Restart();
      if (ack == AckMode::kWritten) {
        // Acknowledged before the sync: a cut may lose the newest, never order, values or opening.
        for (auto& [serial, sent] : world.sent) sent.waiter->ok = false;
      }
      ExpectRecovers(fs, world, "cut at call " + std::to_string(call));
      if (HasFatalFailure() || finished) break;
      ++cuts;
    }
  }
  EXPECT_GT(cuts, 150U);
}

TEST_F(CrashTest, LosesNothingAcknowledgedOverManySeeds) {
  std::uint64_t torn = 0;
  for (std::uint64_t seed = 1; seed <= Seeds(300, 10'000); ++seed) {
    SimulatedFileSystem fs(seed);
    fs.SetGarbage(seed % 3 == 0);
    World world;
    Rng rng(seed);
    // Several lives, each cut somewhere.
    for (int life = 0; life < 3; ++life) {
      fs.CutPowerAtCall(fs.mutating_calls() + 1 + rng.Below(90));
      Live(fs, world, Options(fs), rng);
      fs.Restart();
      const auto opened = Journal::Open(Options(fs));
      ASSERT_TRUE(opened.ok()) << "seed " << seed << ": " << opened.error().ToString();
      torn += (*opened)->Recovery().torn_bytes != 0 ? 1 : 0;
    }
    ExpectRecovers(fs, world, "seed " + std::to_string(seed));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(torn, Seeds(300, 10'000) / 20);  // the cuts do hit writes
}

TEST_F(CrashTest, ASyncThatFailsOnceFailsItsBatchAndNothingElse) {
  for (std::uint64_t sync = 1;; ++sync) {
    SimulatedFileSystem fs(sync);
    World world;
    Rng rng(sync);
    fs.FailSyncAt(sync);
    Live(fs, world, Options(fs), rng);
    const bool hit = fs.syncs() >= sync;
    // Nothing was told twice, and what came later was acknowledged: the journal works again.
    if (hit && world.next_serial > 40) {
      EXPECT_GT(world.acknowledged(), static_cast<std::uint64_t>(world.next_serial) / 2) << sync;
    }
    fs.Restart();
    ExpectRecovers(fs, world, "failed sync " + std::to_string(sync));
    if (HasFatalFailure() || !hit) break;
  }
}

// Syncs beside the writes: whichever fails, what is read afterwards is what was appended, in order.
TEST_F(CrashTest, ASyncThatFailsBesideTheWritesLosesNoMoreThanWhatItHadToSync) {
  for (std::uint64_t sync = 1;; ++sync) {
    SimulatedFileSystem fs(sync);
    World world;
    Rng rng(sync);
    auto options = Options(fs);
    options.ack = AckMode::kWritten;
    options.sync_interval = std::chrono::milliseconds(0);  // always due
    fs.FailSyncAt(sync);
    Live(fs, world, options, rng);
    const bool hit = fs.syncs() >= sync;
    if (hit && world.next_serial > 40) {
      EXPECT_GE(ReadAll(fs, "data/journal").seen.size(),
                static_cast<std::uint64_t>(world.next_serial) / 2) << sync;
    }
    fs.Restart();
    for (auto& [serial, sent] : world.sent) sent.waiter->ok = false;  // no promise was made
    ExpectRecovers(fs, world, "failed sync " + std::to_string(sync));
    if (HasFatalFailure() || !hit) break;
  }
}

TEST_F(CrashTest, AfterAFailedSyncThePoisonedBytesNeverCountAgain) {
  SimulatedFileSystem fs(5);
  World world;
  Rng rng(5);
  auto journal = Journal::Open(Options(fs)).value();
  Write(*journal, world, rng, 2);
  const std::uint32_t before = journal->Stats().segment;
  fs.FailSyncAt(fs.syncs() + 1);
  Write(*journal, world, rng, 1);
  EXPECT_FALSE(world.sent.rbegin()->second.waiter->ok);
  EXPECT_EQ(world.sent.rbegin()->second.waiter->told, 1);
  EXPECT_TRUE(journal->Stats().healthy);
  EXPECT_EQ(journal->Stats().segment, before + 1);
  EXPECT_EQ(journal->Stats().failed_commits, 1U);
  const std::set<std::int64_t> failed = {world.sent.rbegin()->first};
  Write(*journal, world, rng, 1);
  EXPECT_TRUE(world.sent.rbegin()->second.waiter->ok);
  RememberingVisitor live;
  auto reader = JournalReader::Open(fs, "data/journal").value();
  while (reader->Read(journal->Durable(), 100, live).value() != 0) {}
  for (const std::int64_t serial : failed) EXPECT_EQ(live.seen.count(serial), 0U);
  EXPECT_EQ(live.seen.size(), world.acknowledged());
}

TEST_F(CrashTest, ADiskThatFailsForGoodRefusesEverythingAndSaysSo) {
  SimulatedFileSystem fs(6);
  World world;
  Rng rng(6);
  auto journal = Journal::Open(Options(fs)).value();
  Write(*journal, world, rng, 2);
  const std::uint64_t acknowledged = world.acknowledged();
  fs.FailSyncAt(fs.syncs() + 1, true);
  Write(*journal, world, rng, 5);
  EXPECT_EQ(world.acknowledged(), acknowledged);
  EXPECT_FALSE(journal->Stats().healthy);
  const auto refused = journal->Append(TestBlock(binding, 1).block, nullptr);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::kUnavailable);
  journal.reset();
  fs.FailSyncAt(0);
  fs.Restart();
  ExpectRecovers(fs, world, "failed for good");
}

TEST_F(CrashTest, AFullDiskRefusesAndRecoversWithoutARestartWhenSpaceReturns) {
  for (const std::uint64_t spare : {0U, 1U, 600U, 4096U, 9000U}) {
    SimulatedFileSystem fs(7);
    World world;
    Rng rng(7);
    auto journal = Journal::Open(Options(fs)).value();
    Write(*journal, world, rng, 2);
    fs.SetCapacity(fs.used_bytes() + spare);
    Write(*journal, world, rng, 60);
    EXPECT_FALSE(journal->Stats().healthy) << spare;
    EXPECT_EQ(journal->Append(TestBlock(binding, 1).block, nullptr).error().code(),
              Code::kUnavailable);
    const std::uint64_t acknowledged = world.acknowledged();
    fs.SetCapacity(1 << 30);
    journal->CommitNow();  // the writer thread tries like this on its own
    EXPECT_TRUE(journal->Stats().healthy) << spare;
    Write(*journal, world, rng, 3);
    EXPECT_GT(world.acknowledged(), acknowledged);
    journal.reset();
    ExpectRecovers(fs, world, "full disk");
    if (HasFatalFailure()) return;
  }
}

TEST_F(CrashTest, EveryCallMayFailOnce) {
  for (std::uint64_t call = 1;; ++call) {
    SimulatedFileSystem fs(call);
    World world;
    Rng rng(11);
    fs.FailAtCall(call);
    Live(fs, world, Options(fs), rng);
    const bool hit = fs.mutating_calls() >= call;
    fs.Restart();
    ExpectRecovers(fs, world, "failed call " + std::to_string(call));
    if (HasFatalFailure() || !hit) break;
  }
}

// The files of a journal with several segments as a killed owner leaves them: the newest is not
// sealed.
struct DamageTest : CrashTest {
  void SetUp() override {
    SimulatedFileSystem source(3);
    Rng rng(3);
    auto journal = Journal::Open(Options(source)).value();
    Write(*journal, world, rng, 40);
    old = Names(source);
    Write(*journal, world, rng, 3);
    journal->CommitNow();  // idle: the mark says that all of it was durable
    durable = journal->Durable();
    newest = durable.segment;
    ASSERT_GT(newest, 4U);
    CHECK_OK_RESULT(fs.MakeDirectories("data/journal"));
    for (const auto& [path, bytes] : Names(source)) Overwrite(path, bytes);
  }
  static std::map<std::string, std::string> Names(SimulatedFileSystem& from) {
    std::map<std::string, std::string> files;
    const std::vector<std::string> names = from.List("data/journal").value();
    for (const std::string& name : names) {
      const std::string path = "data/journal/" + name;
      files[path] = from.ReadFile(path, 1 << 20).value();
    }
    return files;
  }
  std::string Path(std::uint32_t number) { return SegmentPath("data/journal", number); }
  std::string Bytes(const std::string& path) { return fs.ReadFile(path, 1 << 20).value(); }
  void Overwrite(const std::string& path, const std::string& bytes) {
    CHECK_OK_RESULT(fs.WriteFileDurably(path, AsBytes(bytes)));
  }
  // Opening must refuse, naming what; verify must find something; nothing may be changed by it.
  void ExpectRefused(const std::string& what) {
    const auto opened = Journal::Open(Options(fs));
    ASSERT_FALSE(opened.ok()) << what;
    EXPECT_EQ(opened.error().code(), Code::kDataLoss) << what << opened.error().ToString();
    EXPECT_NE(opened.error().ToString().find("segment"), std::string::npos) << what;
    EXPECT_FALSE(opened.error().help().empty());
    EXPECT_FALSE(VerifyJournal(fs, "data/journal").value().findings.empty()) << what;
  }

  SimulatedFileSystem fs{3};
  World world;
  std::map<std::string, std::string> old;  // a few commits earlier
  JournalPosition durable;
  std::uint32_t newest = 0;
};

TEST_F(DamageTest, RefusesWhenAnySegmentIsDeleted) {
  for (std::uint32_t number = 1; number <= newest; ++number) {
    const std::string bytes = Bytes(Path(number));
    ASSERT_TRUE(fs.Remove(Path(number)).ok());
    ExpectRefused("deleted " + std::to_string(number));
    Overwrite(Path(number), bytes);
  }
  ExpectRecovers(fs, world, "all put back");
}

TEST_F(DamageTest, RefusesWhenAnySegmentIsZeroFilled) {
  for (std::uint32_t number = 1; number <= newest; ++number) {
    const std::string bytes = Bytes(Path(number));
    Overwrite(Path(number), std::string(bytes.size(), '\0'));
    ExpectRefused("zero-filled " + std::to_string(number));
    Overwrite(Path(number), "");
    ExpectRefused("emptied " + std::to_string(number));
    Overwrite(Path(number), bytes);
  }
  ExpectRecovers(fs, world, "all put back");
}

TEST_F(DamageTest, RefusesWhenSegmentsAreSwappedOrDuplicated) {
  for (std::uint32_t one = 1; one <= newest; ++one) {
    for (std::uint32_t other = one + 1; other <= newest; ++other) {
      const std::string a = Bytes(Path(one)), b = Bytes(Path(other));
      Overwrite(Path(one), b);
      ExpectRefused("duplicated");
      Overwrite(Path(other), a);
      ExpectRefused("swapped");
      Overwrite(Path(one), a);
      Overwrite(Path(other), b);
    }
  }
  const std::string copy = Bytes(Path(2));
  Overwrite(Path(newest + 1), copy);
  ExpectRefused("a copy at the end");
}

TEST_F(DamageTest, RefusesAnOldCopyOfASegment) {
  // Of the newest segment after a kill nothing else tells where it ended; after a clean close it
  // does.
  { ASSERT_TRUE(Journal::Open(Options(fs)).ok()); }
  int differed = 0;
  for (const auto& [path, bytes] : old) {
    const std::string current = Bytes(path);
    if (current == bytes || path.ends_with("anchor") || path.ends_with("lock")) continue;
    ++differed;
    Overwrite(path, bytes);
    ExpectRefused("old copy of " + path);
    Overwrite(path, current);
  }
  EXPECT_GE(differed, 1);
  ExpectRecovers(fs, world, "all put back");
}

TEST_F(DamageTest, RefusesWithoutItsAnchor) {
  const std::string bytes = Bytes("data/journal/anchor");
  ASSERT_TRUE(fs.Remove("data/journal/anchor").ok());
  EXPECT_EQ(Journal::Open(Options(fs)).error().code(), Code::kDataLoss);
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 5) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    Overwrite("data/journal/anchor", flipped);
    EXPECT_EQ(Journal::Open(Options(fs)).error().code(), Code::kDataLoss) << bit;
  }
}

// P3: a flipped bit is detected, and the records that it did not hit stay readable as they were.
TEST_F(DamageTest, DetectsEveryFlippedBitAndReadsAroundIt) {
  const RememberingVisitor before = ReadAll(fs, "data/journal");
  EXPECT_EQ(before.seen.size(), world.acknowledged());
  Rng rng(17);
  for (std::uint64_t flip = 0; flip < Seeds(400, 10'000); ++flip) {
    const auto number = static_cast<std::uint32_t>(1 + rng.Below(newest));
    const bool sealed = number != newest;  // behind the durable end of the newest lies nothing
    const std::uint64_t size = sealed ? fs.Stat(Path(number))->size : durable.offset;
    const std::uint64_t bit = rng.Below(size * 8);
    const std::string what = "segment " + std::to_string(number) + " bit " + std::to_string(bit);
    ASSERT_TRUE(fs.FlipBit(Path(number), bit).ok());
    EXPECT_THAT(VerifyJournal(fs, "data/journal").value().findings,
                testing::Not(testing::IsEmpty())) << what;
    if (!sealed) {
      EXPECT_EQ(Journal::Open(Options(fs)).error().code(), Code::kDataLoss) << what;
    }
    RememberingVisitor read;
    auto reader = JournalReader::Open(fs, "data/journal").value();
    while (true) {
      const auto got = reader->Read(durable, 1000, read);
      if (got.ok() && *got == 0) break;
      if (got.ok()) continue;
      ASSERT_EQ(got.error().code(), Code::kDataLoss) << what;
      ASSERT_THAT(got.error().message(), testing::HasSubstr(".segment")) << what;
      ASSERT_THAT(got.error().help(), testing::HasSubstr("data/journal/")) << what;
      ASSERT_TRUE(reader->SkipDamage().ok()) << what;
    }
    ASSERT_EQ(read.wrong, 0) << what;
    for (const auto& [serial, ids] : read.seen) ASSERT_EQ(ids, before.seen.at(serial)) << what;
    for (const auto& [serial, ids] : before.seen) {
      ASSERT_TRUE(ids[0].segment == number || read.seen.count(serial) == 1) << what;
    }
    ASSERT_TRUE(fs.FlipBit(Path(number), bit).ok());
  }
  ExpectRecovers(fs, world, "all flipped back");
}

// F4: of the last write any number of bytes survives.
TEST_F(DamageTest, CutsATornTailAndCountsIt) {
  const std::string whole = Bytes(Path(newest));
  const std::uint64_t end = EndOfJournal(fs, "data/journal")->offset;
  const auto files = Names(fs);
  for (std::uint64_t survive = 1; survive < 4096; survive += Seeds(131, 1)) {
    SimulatedFileSystem torn(survive);
    CHECK_OK_RESULT(torn.MakeDirectories("data/journal"));
    for (const auto& [path, bytes] : files) {
      CHECK_OK_RESULT(torn.WriteFileDurably(path, AsBytes(bytes)));
    }
    // A group that was being written: noise that is no record, then zeros.
    std::string bytes = whole.substr(0, end) + std::string(survive, '\x5A');
    bytes.resize(std::max<std::size_t>(bytes.size(), 8192), '\0');
    CHECK_OK_RESULT(torn.WriteFileDurably(Path(newest), AsBytes(bytes)));
    {
      const auto opened = Journal::Open(Options(torn));
      ASSERT_TRUE(opened.ok()) << opened.error().ToString();
      EXPECT_EQ((*opened)->Recovery().torn_bytes, survive);
    }
    ExpectKept(torn, world, "torn tail of " + std::to_string(survive));
    EXPECT_THAT(VerifyJournal(torn, "data/journal").value().findings, testing::IsEmpty());
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace mooring::records
