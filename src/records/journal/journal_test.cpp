#include "records/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "records/journal/journal_fixture.h"

namespace mooring::records {
namespace {

struct JournalTest : testing::Test {
  SimulatedFileSystem fs;
  SimulatedClock clock;
  std::shared_ptr<const Binding> binding = TestBinding();

  std::unique_ptr<Journal> Open() { return Open(TestOptions(fs, clock)); }
  std::unique_ptr<Journal> Open(Journal::Options options) {
    auto journal = Journal::Open(std::move(options));
    CHECK_OK_RESULT(journal);
    return std::move(journal).value();
  }
  DecisionId Add(Journal& journal, std::int64_t serial, std::size_t rows = 1,
                 CommitWaiter* waiter = nullptr) {
    const TestBlock block(binding, serial, rows);
    const auto id = journal.Append(block.block, waiter);
    CHECK_OK_RESULT(id);
    return *id;
  }
};

TEST_F(JournalTest, GivesIdsAtOnceAndTellsTheWaiterAfterTheSync) {
  const auto journal = Open();
  RememberingWaiter waiter;
  EXPECT_EQ(Add(*journal, 0, 3, &waiter), (DecisionId{1, 1, 0}));
  EXPECT_EQ(Add(*journal, 3), (DecisionId{1, 1, 3}));
  EXPECT_EQ(waiter.told, 0);
  const JournalPosition before = journal->Durable();
  const std::uint64_t syncs = fs.syncs();
  journal->CommitNow();
  EXPECT_EQ(waiter.told, 1);
  EXPECT_TRUE(waiter.ok);
  EXPECT_EQ(fs.syncs(), syncs + 1);
  EXPECT_GT(journal->Durable(), before);
  EXPECT_EQ(journal->Stats().decisions, 4U);
  EXPECT_EQ(journal->Stats().commits, 1U);
}

TEST_F(JournalTest, ReadsBackWhatWasAppendedAfterReopening) {
  {
    const auto journal = Open();
    for (int i = 0; i < 500; ++i) Add(*journal, i);
    const Refusal refusal{clock.Now(),        "flight-cover", "tester", "r",
                          "invalid_argument", "hour",         "max"};
    CHECK_OK_RESULT(journal->Append(refusal, nullptr));
    Refusal of_version = refusal;
    of_version.version = 300;
    CHECK_OK_RESULT(journal->Append(of_version, nullptr));
    const std::vector<Outcome> outcomes = {{{1, 1, 4}, clock.Now(), "late", 1, "yes"}};
    CHECK_OK_RESULT(journal->Append(outcomes, nullptr));
    journal->CommitNow();
    for (int i = 500; i < 1500; i += 10) Add(*journal, i, 10);
  }
  const RememberingVisitor read = ReadAll(fs, "data/journal");
  EXPECT_EQ(read.seen.size(), 1500U);
  EXPECT_EQ(read.wrong, 0);
  EXPECT_THAT(read.refusals,
              testing::ElementsAre("invalid_argument/hour", "invalid_argument/hour/300"));
  ASSERT_EQ(read.outcomes.size(), 1U);
  EXPECT_EQ(read.outcomes[0].decision, (DecisionId{1, 1, 4}));
  EXPECT_EQ(read.outcomes[0].text, "yes");
  const auto journal = Open();
  EXPECT_EQ(journal->Recovery().decisions, 1500U);
  EXPECT_EQ(journal->Recovery().torn_bytes, 0U);
  EXPECT_GT(journal->Recovery().segments, 1U);
}

TEST_F(JournalTest, KeepsWhichValuesWereImputed) {
  std::unique_ptr<Journal> journal = Open();
  const std::vector<Imputed> imputed = {{0, 1}, {0, 3}, {2, 0}};
  TestBlock block(binding, 7, 3);
  block.block.imputed = imputed;
  CHECK_OK_RESULT(journal->Append(block.block, nullptr));
  Add(*journal, 10, 2);
  journal->CommitNow();
  struct Visitor final : JournalVisitor {
    void OnDecisions(const ReadDecisions& read) override {
      all.emplace_back(read.imputed.begin(), read.imputed.end());
      for (std::uint32_t row = 0; row < read.rows.size(); ++row) {
        names.push_back(ImputedNames(read, row).size());
        if (all.size() == 1 && row == 0) {
          EXPECT_THAT(ImputedNames(read, 0), testing::ElementsAre("origin", "serial"));
        }
      }
    }
    std::vector<std::vector<Imputed>> all;
    std::vector<std::size_t> names;
  } visitor;
  const auto reader = JournalReader::Open(fs, "data/journal").value();
  ASSERT_EQ(reader->Read(journal->Durable(), 100, visitor).value(), 2U);
  EXPECT_THAT(visitor.all, testing::ElementsAre(imputed, std::vector<Imputed>()));
  EXPECT_THAT(visitor.names, testing::ElementsAre(2, 0, 1, 0, 0));
}

TEST_F(JournalTest, KeepsWhatDecisionsDidToBudgetsInTheirOwnRecord) {
  LimitNote note;
  note.at = 1'700'000'000'123'456;
  note.limit_set = std::string(32, 'h');
  note.deltas = {{LimitOp::kSpend, 0, {7, 8}, note.at - 60'000'000, note.at + 86'400'000'000, 4500},
                 {LimitOp::kOpen, 1, {9, 1}, 0, std::numeric_limits<std::int64_t>::max(), -3}};
  note.hits = {{1, "daily-exposure", false, true, 2, 49'999'999, 50'000'000, note.at + 5}};
  BudgetChange change;
  change.at = clock.Now();
  change.why = BudgetChange::Why::kWriteOff;
  change.caller = "anna";
  change.reason = "the flight was cancelled";
  change.decisions = {{1, 1, 1}, {1, 1, 4}};
  change.note.at = note.at;
  change.note.deltas = {
      {LimitOp::kClose, 1, {9, 1}, 0, 0, std::numeric_limits<std::int64_t>::min()}};
  {
    const auto journal = Open();
    TestBlock block(binding, 0, 2);
    block.block.limits = &note;
    CHECK_OK_RESULT(journal->Append(block.block, nullptr));
    CHECK_OK_RESULT(journal->Append(change, nullptr));
    Add(*journal, 2);
  }
  struct Notes final : JournalVisitor {
    void OnDecisions(const ReadDecisions& block) override {
      read.push_back(block.limits == nullptr ? LimitNote() : *block.limits);
      verdicts.push_back(block.rows[0].verdict);
    }
    void OnBudget(const BudgetChange& found) override { changes.push_back(found); }
    bool WantsRows() const override { return with_rows; }
    bool with_rows = true;
    std::vector<LimitNote> read;
    std::vector<Verdict> verdicts;
    std::vector<BudgetChange> changes;
  };
  for (const bool with_rows : {true, false}) {
    Notes notes;
    notes.with_rows = with_rows;
    const auto reader = JournalReader::Open(fs, "data/journal");
    CHECK_OK_RESULT((*reader)->Read(*EndOfJournal(fs, "data/journal"), 100, notes));
    ASSERT_EQ(notes.read.size(), 2U);
    EXPECT_EQ(notes.read[0], note);
    EXPECT_EQ(notes.verdicts[0], static_cast<Verdict>(0));
    EXPECT_TRUE(notes.read[1].empty());
    ASSERT_EQ(notes.changes.size(), 1U);
    EXPECT_EQ(notes.changes[0].note, change.note);
    EXPECT_EQ(notes.changes[0].decisions, change.decisions);
    EXPECT_EQ(notes.changes[0].reason, change.reason);
    EXPECT_EQ(notes.changes[0].why, change.why);
  }
}

TEST_F(JournalTest, SaysWhereToBeginForWhatIsRecent) {
  constexpr std::uint64_t kAll = std::uint64_t{1} << 40;
  for (const bool reopened : {false, true}) {
    std::unique_ptr<Journal> journal = Open();
    if (!reopened) {
      for (int i = 0; i < 3000; ++i) {
        Add(*journal, i * 1'000'000LL);  // one a second
        if (i % 50 == 49) journal->CommitNow();
      }
      const std::vector<Outcome> outcomes(5000, {{1, 1, 4}, clock.Now(), "late", 1, ""});
      CHECK_OK_RESULT(journal->Append(outcomes, nullptr));
      journal->CommitNow();
    }
    const Time start(Micros(1'700'000'000'000'000));
    const auto seen_from = [&](JournalPosition from) {
      RememberingVisitor visitor;
      const auto reader = JournalReader::Open(fs, "data/journal", from).value();
      while (reader->Read(journal->Durable(), 1000, visitor).value() != 0) {
      }
      return visitor.seen.empty() ? std::int64_t{-1} : visitor.seen.begin()->first / 1'000'000;
    };
    EXPECT_EQ(seen_from(journal->Recent(start, kAll)), 0);
    const std::int64_t late = seen_from(journal->Recent(start + std::chrono::seconds(2000), kAll));
    EXPECT_LE(late, 2000);
    EXPECT_GT(late, 1000) << "older segments are not read";
    const std::int64_t few = seen_from(journal->Recent(start, 5000 + 500));
    EXPECT_LE(few, 2500);
    EXPECT_GT(few, 1500);
    EXPECT_GT(journal->Recent(start, 1), JournalPosition());
  }
}

TEST_F(JournalTest, WritesABindingOncePerSegment) {
  const auto second = TestBinding(2);
  {
    const auto journal = Open();
    for (int i = 0; i < 400; ++i) {
      const TestBlock block(i % 2 == 0 ? binding : second, i);
      CHECK_OK_RESULT(journal->Append(block.block, nullptr));
      if (i % 7 == 0) journal->CommitNow();
    }
  }
  const RememberingVisitor read = ReadAll(fs, "data/journal");
  ASSERT_EQ(read.versions.size(), 400U);
  for (std::size_t i = 0; i < 400; ++i) EXPECT_EQ(read.versions[i], i % 2 + 1);
}

TEST_F(JournalTest, FindsADecisionByItsIdInLiveAndSealedSegments) {
  const auto journal = Open();
  std::map<std::int64_t, DecisionId> ids;
  for (int i = 0; i < 2000; ++i) {
    ids[i] = Add(*journal, i);
    if (i % 50 == 49) journal->CommitNow();
  }
  EXPECT_GT(ids[1999].segment, 3U);
  for (const auto& [serial, id] : ids) {
    RememberingVisitor visitor;
    const Status found = journal->Read(id, visitor);
    ASSERT_TRUE(found.ok()) << found.error().ToString();
    ASSERT_EQ(visitor.seen.size(), 1U);
    EXPECT_EQ(visitor.seen.begin()->first, serial);
  }
  RememberingVisitor visitor;
  for (const DecisionId unknown :
       {DecisionId{1, 1, 60'000}, DecisionId{1, 99, 0}, DecisionId{2, 1, 0}, DecisionId{1, 0, 0}}) {
    EXPECT_EQ(journal->Read(unknown, visitor).error().code(), Code::kNotFound)
        << unknown.ToString();
    EXPECT_EQ(ReadDecision(fs, "data/journal", unknown, visitor).error().code(), Code::kNotFound);
  }
}

TEST_F(JournalTest, NeverLetsTimeGoBack) {
  {
    const auto journal = Open();
    TestBlock late(binding, 1), early(binding, 2);
    early.block.at = late.block.at - std::chrono::hours(1);
    CHECK_OK_RESULT(journal->Append(late.block, nullptr));
    CHECK_OK_RESULT(journal->Append(early.block, nullptr));
  }
  {
    const auto journal = Open();
    TestBlock earlier(binding, 3);
    earlier.block.at = Time(Micros(5));
    CHECK_OK_RESULT(journal->Append(earlier.block, nullptr));
  }
  const RememberingVisitor read = ReadAll(fs, "data/journal");
  EXPECT_EQ(read.seen.size(), 3U);
  EXPECT_EQ(read.wrong, 0);
  EXPECT_EQ(read.last, TestBlock(binding, 1).block.at);
}

TEST_F(JournalTest, AFollowingReaderSeesOnlyWhatIsDurable) {
  const auto journal = Open();
  auto reader = JournalReader::Open(fs, "data/journal").value();
  RememberingVisitor visitor;
  for (int i = 0; i < 1000; ++i) {
    Add(*journal, i);
    if (i % 9 == 0) journal->CommitNow();
    while (reader->Read(journal->Durable(), 100, visitor).value() != 0) {
    }
    ASSERT_EQ(visitor.seen.size(), static_cast<std::size_t>(i / 9 * 9 + 1));
  }
  EXPECT_EQ(visitor.wrong, 0);
  // A reader that starts in the middle knows the bindings of the segment.
  const JournalPosition middle = reader->position();
  journal->CommitNow();
  auto second = JournalReader::Open(fs, "data/journal", middle).value();
  RememberingVisitor rest;
  while (second->Read(journal->Durable(), 100, rest).value() != 0) {
  }
  EXPECT_EQ(visitor.seen.size() + rest.seen.size(), 1000U);
}

TEST_F(JournalTest, RefusesASecondOwnerAndAnotherReplica) {
  auto options = TestOptions(fs, clock);
  {
    const auto journal = Open();
    EXPECT_EQ(Journal::Open(options).error().code(), Code::kConflict);
  }
  options.replica = 2;
  EXPECT_EQ(Journal::Open(options).error().code(), Code::kConflict);
}

TEST_F(JournalTest, IsNotOpenedWhenItEndsBeforeWhatOthersHaveRead) {
  auto options = TestOptions(fs, clock);
  options.seen = {1, "the lake"};
  const auto missing = Journal::Open(options);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), Code::kDataLoss);
  EXPECT_THAT(missing.error().ToString(), testing::HasSubstr("the journal is missing"));
  EXPECT_FALSE(fs.Exists(options.directory)) << "where it is to be put back";
  Open();                                    // makes segment 1
  EXPECT_TRUE(Journal::Open(options).ok());  // and 2
  options.seen.segment = 3;
  const auto old = Journal::Open(options);
  ASSERT_FALSE(old.ok());
  EXPECT_THAT(old.error().ToString(), testing::HasSubstr("the journal ends at segment 2"));
  EXPECT_THAT(old.error().ToString(), testing::HasSubstr("the lake names segment 3"));
}

TEST_F(JournalTest, BoundsItsQueue) {
  auto options = TestOptions(fs, clock);
  options.queue_bytes = 4096;
  const auto journal = Open(options);
  Result<DecisionId> last = DecisionId();
  int taken = 0;
  for (; taken < 1000 && last.ok(); ++taken) {
    last = journal->Append(TestBlock(binding, taken).block, nullptr);
  }
  ASSERT_FALSE(last.ok());
  EXPECT_EQ(last.error().code(), Code::kResourceExhausted);
  EXPECT_LT(taken, 40);
  journal->CommitNow();
  EXPECT_EQ(Add(*journal, 1), (DecisionId{1, 1, static_cast<std::uint32_t>(taken - 1)}));
}

// Moved away, another directory in its place or not: seen within a second, even by an idle writer.
TEST_F(JournalTest, IsNotWrittenOnWhenItsDirectoryWasTakenAway) {
  for (const AckMode ack : {AckMode::kSynced, AckMode::kWritten}) {
    SCOPED_TRACE(ack == AckMode::kSynced ? "synced" : "written");
    auto options = TestOptions(fs, clock);
    options.directory = ack == AckMode::kSynced ? "data/journal" : "data/other";
    options.ack = ack;
    auto journal = Open(options);
    RememberingWaiter before, queued, after;
    Add(*journal, 1, 1, &before);
    journal->CommitNow();
    EXPECT_TRUE(before.ok);
    ASSERT_TRUE(fs.Rename(options.directory, "data/elsewhere").ok());
    ASSERT_TRUE(fs.MakeDirectories(options.directory).ok());
    Add(*journal, 2, 1, &queued);
    clock.Advance(std::chrono::seconds(1));
    journal->CommitNow();
    EXPECT_TRUE(queued.told == 1 && !queued.ok);
    EXPECT_FALSE(journal->Stats().healthy);
    EXPECT_THAT(journal->Stats().problem, testing::HasSubstr("was removed or moved"));
    EXPECT_EQ(journal->Append(TestBlock(binding, 3).block, nullptr).error().code(),
              Code::kUnavailable);
    journal->CommitNow();
    EXPECT_TRUE(fs.List(options.directory)->empty()) << "no second journal beside the first";
    ASSERT_TRUE(fs.Remove(options.directory).ok());
    ASSERT_TRUE(fs.Rename("data/elsewhere", options.directory).ok());
    journal->CommitNow();
    EXPECT_TRUE(journal->Stats().healthy) << "it was put back";
    Add(*journal, 4, 1, &after);
    journal->CommitNow();
    EXPECT_TRUE(after.ok);
    journal.reset();
    Open(options);
    const RememberingVisitor read = ReadAll(fs, options.directory);
    EXPECT_TRUE(read.seen.contains(1) && read.seen.contains(4) && !read.seen.contains(2));
    EXPECT_TRUE(VerifyJournal(fs, options.directory)->findings.empty());
  }
}

TEST_F(JournalTest, DropsOldSegmentsAndKeepsTheChainVerifiable) {
  auto journal = Open();
  for (int i = 0; i < 2000; ++i) {
    Add(*journal, i);
    if (i % 50 == 49) journal->CommitNow();
  }
  const auto segments = journal->Stats().segment;
  const Time before = TestBlock(binding, 1500).block.at;
  const std::size_t dropped = journal->DropBefore(before).value();
  EXPECT_GT(dropped, 1U);
  EXPECT_LT(dropped, segments - 1);
  EXPECT_THAT(VerifyJournal(fs, "data/journal").value().findings, testing::IsEmpty());
  RememberingVisitor visitor;
  EXPECT_EQ(journal->Read({1, 1, 0}, visitor).error().code(), Code::kNotFound);
  journal.reset();
  const RememberingVisitor read = ReadAll(fs, "data/journal");
  EXPECT_EQ(read.seen.count(0), 0U);
  for (int i = 1500; i < 2000; ++i) EXPECT_EQ(read.seen.count(i), 1U) << i;
  journal = Open();
  EXPECT_EQ(journal->DropBefore(before).value(), 0U);
}

TEST_F(JournalTest, CommitSoonWritesOnTheCallersThreadAndLeavesTheSyncToTheWriter) {
  auto options = TestOptions(fs, clock);
  options.ack = AckMode::kWritten;
  int commits = 0;
  options.after_commit = [&] { ++commits; };
  const auto journal = Open(options);
  std::vector<RememberingWaiter> waiters(10);
  const std::uint64_t syncs = fs.syncs();
  // A thread of its own: who calls CommitSoon once has promised to, for good.
  std::thread([&] {
    for (int i = 0; i < 10; ++i) Add(*journal, i, 1, &waiters[static_cast<std::size_t>(i)]);
    journal->CommitSoon();
    journal->CommitSoon();  // nothing is left
  }).join();
  for (const RememberingWaiter& waiter : waiters) EXPECT_TRUE(waiter.told == 1 && waiter.ok);
  EXPECT_EQ(commits, 1);
  EXPECT_EQ(fs.syncs(), syncs);
  EXPECT_EQ(journal->Stats().commits, 1U);
  clock.Advance(std::chrono::seconds(1));
  journal->CommitNow();
  EXPECT_EQ(fs.syncs(), syncs + 1);
}

TEST_F(JournalTest, CommitSoonTellsOfAFailureAtOnceToo) {
  auto options = TestOptions(fs, clock);
  options.ack = AckMode::kWritten;
  int told = 0;
  options.after_commit = [&] { ++told; };
  const auto journal = Open(options);
  RememberingWaiter waiter;
  std::thread([&] {
    Add(*journal, 0, 1, &waiter);
    fs.FailAtCall(fs.mutating_calls() + 1);
    journal->CommitSoon();
  }).join();
  EXPECT_TRUE(waiter.told == 1 && !waiter.ok);
  EXPECT_EQ(told, 1);
}

TEST_F(JournalTest, CommitSoonWakesTheWriterWhenAnswersMustBeSynced) {
  auto options = TestOptions(fs, clock);
  options.own_thread = true;
  std::vector<RememberingWaiter> waiters(200);
  {
    const auto journal = Open(options);
    std::thread([&] {
      for (int i = 0; i < 200; ++i) {
        Add(*journal, i, 1, &waiters[static_cast<std::size_t>(i)]);
        if (i % 10 == 9) journal->CommitSoon();
      }
    }).join();
  }
  for (const RememberingWaiter& waiter : waiters) EXPECT_TRUE(waiter.told == 1 && waiter.ok);
  const RememberingVisitor read = ReadAll(fs, "data/journal");
  EXPECT_EQ(read.seen.size(), waiters.size());
  EXPECT_EQ(read.wrong, 0);
}

// Loops write while the writer syncs aside and segments roll; everything is there once, in order.
TEST_F(JournalTest, ManyThreadsWriteWhileTheWriterSyncsAside) {
  auto options = TestOptions(fs, clock);
  options.own_thread = true;
  options.ack = AckMode::kWritten;
  options.sync_interval = std::chrono::milliseconds(0);
  options.segment_bytes = 16 * 1024;
  constexpr int kThreads = 4, kEach = 500;
  std::vector<RememberingWaiter> waiters(kThreads * kEach);
  {
    const auto journal = Open(options);
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const int serial = t * kEach + i;
          Add(*journal, serial, 1, &waiters[static_cast<std::size_t>(serial)]);
          if (i % 3 == 0) journal->CommitSoon();
        }
        journal->CommitSoon();
      });
    }
    threads.clear();
    EXPECT_GT(journal->Stats().segment, 3U);
  }
  for (const RememberingWaiter& waiter : waiters) EXPECT_TRUE(waiter.told == 1 && waiter.ok);
  const RememberingVisitor read = ReadAll(fs, "data/journal");
  EXPECT_EQ(read.seen.size(), waiters.size());
  EXPECT_EQ(read.wrong, 0);
  EXPECT_THAT(VerifyJournal(fs, "data/journal").value().findings, testing::IsEmpty());
}

TEST_F(JournalTest, TakesAppendsFromManyThreadsWhileItsOwnThreadCommits) {
  auto options = TestOptions(fs, clock);
  options.own_thread = true;
  constexpr int kThreads = 4, kEach = 500;
  std::vector<RememberingWaiter> waiters(kThreads * kEach);
  {
    const auto journal = Open(options);
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const int serial = t * kEach + i;
          Add(*journal, serial, 1, &waiters[static_cast<std::size_t>(serial)]);
        }
      });
    }
  }
  for (const RememberingWaiter& waiter : waiters) {
    EXPECT_EQ(waiter.told, 1);
    EXPECT_TRUE(waiter.ok);
  }
  const RememberingVisitor read = ReadAll(fs, "data/journal");
  EXPECT_EQ(read.seen.size(), waiters.size());
  EXPECT_EQ(read.wrong, 0);
  EXPECT_THAT(VerifyJournal(fs, "data/journal").value().findings, testing::IsEmpty());
}

}  // namespace
}  // namespace mooring::records
