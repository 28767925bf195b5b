#include "records/outcomes/outcome_ledger.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/limits.h"
#include "records/journal/journal_fixture.h"

namespace mooring::records {
namespace {

using Fate = OutcomeAnswer::Fate;

struct OutcomeLedgerTest : testing::Test {
  OutcomeLedgerTest() {
    journal = Journal::Open(TestOptions(fs, clock)).value();
    for (int i = 0; i < 1000; i += 2) {
      const TestBlock block(TestBinding(), i, 2);
      CHECK_OK_RESULT(journal->Append(block.block, nullptr));
    }
    journal->CommitNow();
    clock.Advance(std::chrono::hours(1));
    Replay(request_ids);
    ledger = std::make_unique<OutcomeLedger>(
        OutcomeLedger::Options{journal.get(), &request_ids, &clock});
  }
  ~OutcomeLedgerTest() override { journal.reset(); }  // tells its waiters while the ledger lives

  void Replay(JournalVisitor& visitor) {
    auto reader = JournalReader::Open(fs, "data/journal").value();
    while (reader->Read(journal->Durable(), 1000, visitor).value() != 0) {}
  }
  OutcomeItem Item(std::uint32_t ordinal, double value = 1) {
    OutcomeItem item;
    item.decision = DecisionId{1, 1, ordinal};
    item.name = "late";
    item.value = value;
    item.at = clock.Now();
    return item;
  }
  std::vector<OutcomeAnswer> Record(std::vector<OutcomeItem> items) {
    std::vector<OutcomeAnswer> answers;
    int told = 0;
    CHECK_OK_RESULT(ledger->Record(std::move(items), [&](std::vector<OutcomeAnswer> got) {
      answers = std::move(got);
      ++told;
    }));
    journal->CommitNow();
    EXPECT_EQ(told, 1);
    return answers;
  }
  std::size_t Written() {
    RememberingVisitor visitor;
    Replay(visitor);
    return visitor.outcomes.size();
  }

  SimulatedFileSystem fs;
  SimulatedClock clock;
  RequestIds request_ids{{&clock}};
  std::unique_ptr<OutcomeLedger> ledger;
  std::unique_ptr<Journal> journal;
};

TEST_F(OutcomeLedgerTest, WritesAnOutcomeOnceHoweverOftenItIsSent) {
  EXPECT_EQ(Record({Item(0), Item(1)})[0].fate, Fate::kRecorded);
  const auto again = Record({Item(0), Item(1), Item(2)});
  EXPECT_EQ(again[0].fate, Fate::kRepeated);
  EXPECT_TRUE(again[0].status.ok());
  EXPECT_EQ(again[2].fate, Fate::kRecorded);
  EXPECT_EQ(Written(), 3U);
}

TEST_F(OutcomeLedgerTest, AnotherValueIsACorrection) {
  Record({Item(0, 1)});
  EXPECT_EQ(Record({Item(0, 0)})[0].fate, Fate::kCorrected);
  EXPECT_EQ(Record({Item(0, 0)})[0].fate, Fate::kRepeated);
  OutcomeItem other_name = Item(0, 0);
  other_name.name = "cancelled";
  EXPECT_EQ(Record({other_name})[0].fate, Fate::kRecorded);
  EXPECT_EQ(Written(), 3U);
}

TEST_F(OutcomeLedgerTest, FindsTheDecisionByTheCallersRequestId) {
  OutcomeItem item = Item(0);
  item.decision.reset();
  item.caller = "tester";
  item.request_id = "request-10";
  EXPECT_EQ(Record({item})[0].status.error().code(), Code::kInvalidArgument);  // two rows: which?
  item.row = 1;
  const auto found = Record({item});
  EXPECT_TRUE(found[0].status.ok());
  EXPECT_EQ(found[0].decision, (DecisionId{1, 1, 11}));
  item.row = 2;
  EXPECT_EQ(Record({item})[0].status.error().code(), Code::kInvalidArgument);
  item.row = 0;
  item.caller = "somebody else";
  EXPECT_EQ(Record({item})[0].status.error().code(), Code::kNotFound);
}

TEST_F(OutcomeLedgerTest, RefusesEachBadItemAlone) {
  std::vector<OutcomeItem> items(8, Item(5));
  items[0].decision = DecisionId{1, 77, 0};
  items[1].decision = DecisionId{1, 1, 60'000};
  items[2].decision = DecisionId{9, 1, 0};
  items[3].at = TestBlock(TestBinding(), 4).block.at - Micros(1);
  items[4].value = std::numeric_limits<double>::quiet_NaN();
  items[5].name = "";
  items[6].at = clock.Now() + std::chrono::hours(48);
  const auto answers = Record(items);
  const Code expected[] = {Code::kNotFound, Code::kNotFound, Code::kNotFound,
                           Code::kInvalidArgument, Code::kInvalidArgument, Code::kInvalidArgument,
                           Code::kInvalidArgument};
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(answers[i].status.error().code(), expected[i]) << i;
  EXPECT_TRUE(answers[7].status.ok());
  EXPECT_EQ(Written(), 1U);
}

TEST_F(OutcomeLedgerTest, ComparesTimesExactlyWithTheDecisions) {
  for (std::uint32_t ordinal = 0; ordinal < 400; ordinal += 38) {
    OutcomeItem item = Item(ordinal);
    item.at = TestBlock(TestBinding(), ordinal).block.at;  // the very moment
    OutcomeItem before = item;
    before.name = "before";
    before.at -= Micros(1);
    const auto answers = Record({item, before});
    EXPECT_TRUE(answers[0].status.ok()) << ordinal;
    EXPECT_FALSE(answers[1].status.ok()) << ordinal;
  }
}

TEST_F(OutcomeLedgerTest, RefusesWhatIsBeingWrittenAndForgetsItWhenThatFails) {
  int told = 0;
  Status first = Error(Code::kInternal, "not told");
  ASSERT_TRUE(ledger->Record({Item(3)}, [&](std::vector<OutcomeAnswer> answers) {
    ++told;
    first = answers[0].status;
  }).ok());
  ASSERT_TRUE(ledger->Record({Item(3)}, [&](std::vector<OutcomeAnswer> answers) {
    ++told;
    EXPECT_EQ(answers[0].status.error().code(), Code::kUnavailable);
  }).ok());
  EXPECT_EQ(told, 1);
  fs.FailSyncAt(fs.syncs() + 1);
  journal->CommitNow();
  EXPECT_EQ(told, 2);
  EXPECT_EQ(first.error().code(), Code::kUnavailable);
  EXPECT_EQ(Record({Item(3)})[0].fate, Fate::kRecorded);
  EXPECT_EQ(Written(), 1U);
}

TEST_F(OutcomeLedgerTest, KnowsDuplicatesAfterARestart) {
  Record({Item(0, 1), Item(1, 0)});
  ledger = std::make_unique<OutcomeLedger>(
      OutcomeLedger::Options{journal.get(), &request_ids, &clock});
  Replay(*ledger);
  const auto answers = Record({Item(0, 1), Item(1, 1)});
  EXPECT_EQ(answers[0].fate, Fate::kRepeated);
  EXPECT_EQ(answers[1].fate, Fate::kCorrected);
}

TEST_F(OutcomeLedgerTest, BoundsARequest) {
  const std::vector<OutcomeItem> many(limits::kOutcomesPerRequest + 1);
  EXPECT_EQ(ledger->Record(many, [](std::vector<OutcomeAnswer>) {}).error().code(),
            Code::kTooLarge);
}

}  // namespace
}  // namespace mooring::records
