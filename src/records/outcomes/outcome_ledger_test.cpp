#include "records/outcomes/outcome_ledger.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/limits.h"
#include "records/journal/journal_fixture.h"

namespace mooring::records {
namespace {

using Fate = OutcomeFate;

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
    while (reader->Read(journal->Durable(), 1000, visitor).value() != 0) {
    }
  }
  OutcomeItem Item(std::uint32_t ordinal, double value = 1) {
    OutcomeItem item;
    item.decision = DecisionId{1, 1, ordinal};
    item.name = "late";
    item.value = value;
    item.at = clock.Now();
    return item;
  }
  OutcomeReport Record(std::vector<OutcomeItem> items, std::string_view caller = "tester") {
    OutcomeReport report;
    int told = 0;
    CHECK_OK_RESULT(ledger->Record(caller, std::move(items), [&](OutcomeReport got) {
      report = std::move(got);
      ++told;
    }));
    journal->CommitNow();
    EXPECT_EQ(told, 1);
    return report;
  }
  Fate RecordOne(const OutcomeItem& item) { return Record({item}).fates[0]; }
  Code Refusal(const OutcomeItem& item, std::string_view caller = "tester") {
    const OutcomeReport report = Record({item}, caller);
    EXPECT_EQ(report.fates[0], Fate::kRefused);
    return report.problems.empty() ? Code::kInternal : report.problems[0].error.code();
  }
  void Restart() {
    ledger = std::make_unique<OutcomeLedger>(
        OutcomeLedger::Options{journal.get(), &request_ids, &clock});
    Replay(*ledger);
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

TEST_F(OutcomeLedgerTest, RefusesWhatNoContractNamesAndKeepsWhatWasThere) {
  auto rules = std::make_shared<OutcomeRules>();
  Contract contract;
  contract.output.task = OutputRule::Task::kBinary;
  contract.outcome = OutcomeRule{.name = "late"};
  rules->Add(contract);
  ledger = std::make_unique<OutcomeLedger>(OutcomeLedger::Options{
      .journal = journal.get(), .request_ids = &request_ids, .clock = &clock, .rules = [&] {
        return rules;
      }});
  EXPECT_EQ(RecordOne(Item(4)), Fate::kRecorded);
  OutcomeItem text = Item(4, 0);
  text.text = "banana";
  EXPECT_EQ(Refusal(text), Code::kInvalidArgument);
  OutcomeItem other = Item(4);
  other.name = "unheard_of";
  EXPECT_EQ(Refusal(other), Code::kInvalidArgument);
  EXPECT_EQ(Written(), 1U);
  EXPECT_EQ(RecordOne(Item(4)), Fate::kRepeated);
}

// Decisions of two models whose outcomes have other names and texts.
TEST_F(OutcomeLedgerTest, HoldsAnOutcomeToTheModelOfItsDecision) {
  auto churn = std::make_shared<Binding>(*TestBinding());
  churn->model = "churn";
  const TestBlock block(churn, 1, 3);
  const DecisionId theirs = *journal->Append(block.block, nullptr);
  journal->CommitNow();
  clock.Advance(std::chrono::hours(1));
  auto rules = std::make_shared<OutcomeRules>();
  Contract flights, customers;
  flights.model = TestBinding()->model;
  flights.outcome = OutcomeRule{.name = "late"};
  customers.model = "churn";
  customers.outcome = OutcomeRule{.name = "left"};
  rules->Add(flights);
  rules->Add(customers);
  OutcomeLedger::Options options{journal.get(), &request_ids, &clock};
  options.rules = [&] { return rules; };
  ledger = std::make_unique<OutcomeLedger>(options);
  const auto item = [&](DecisionId id, std::string name) {
    OutcomeItem made = Item(0);
    made.decision = id;
    made.name = std::move(name);
    return made;
  };
  const DecisionId last{theirs.replica, theirs.segment, theirs.ordinal + 2};
  const OutcomeReport report = Record(
      {item({1, 1, 4}, "late"), item({1, 1, 5}, "left"), item(theirs, "left"), item(last, "late")});
  EXPECT_EQ(report.fates,
            (std::vector{Fate::kRecorded, Fate::kRefused, Fate::kRecorded, Fate::kRefused}));
  EXPECT_EQ(report.problems.at(0).error.code(), Code::kInvalidArgument);
  // A large request is held to all contracts at once.
  std::vector<OutcomeItem> many;
  for (std::uint32_t i = 0; i <= OutcomeLedger::kLookedUp; ++i) {
    many.push_back(item({1, 1, 10 + i}, "left"));
  }
  EXPECT_EQ(Record(many).Count(Fate::kRecorded), many.size());
  many.resize(OutcomeLedger::kLookedUp);
  for (OutcomeItem& one : many) one.value = 7;
  EXPECT_EQ(Record(many).Count(Fate::kRefused), many.size());
}

TEST_F(OutcomeLedgerTest, KnowsWhatWasToldAlsoWhileItIsWrittenAndAfterAStart) {
  auto rules = std::make_shared<OutcomeRules>();
  Contract named, open;
  named.outcome = OutcomeRule{.name = "late"};
  rules->Add(named);
  rules->Add(open);
  OutcomeLedger::Options options{journal.get(), &request_ids, &clock};
  options.rules = [&] { return rules; };
  bool known_while_written = false;
  options.before_write = [&](std::span<const Outcome> coming) {
    known_while_written = ledger->Knows(coming[0].decision, coming[0].name);
  };
  ledger = std::make_unique<OutcomeLedger>(options);
  EXPECT_FALSE(ledger->Knows({1, 1, 4}, "late"));
  EXPECT_EQ(RecordOne(Item(4)), Fate::kRecorded);
  EXPECT_TRUE(known_while_written);
  OutcomeItem other = Item(5);
  other.name = "whatever";
  EXPECT_EQ(RecordOne(other), Fate::kRecorded);
  for (const bool restarted : {false, true}) {
    if (restarted) {
      ledger = std::make_unique<OutcomeLedger>(options);
      Replay(*ledger);
    }
    EXPECT_TRUE(ledger->Knows({1, 1, 4}, "late")) << restarted;
    EXPECT_FALSE(ledger->Knows({1, 1, 4}, "")) << restarted;
    EXPECT_TRUE(ledger->Knows({1, 1, 5}, "whatever")) << restarted;
    EXPECT_TRUE(ledger->Knows({1, 1, 5}, "")) << restarted << ": no contract names it";
    EXPECT_FALSE(ledger->Knows({1, 1, 5}, "late")) << restarted;
    EXPECT_FALSE(ledger->Knows({1, 1, 6}, "late")) << restarted;
  }
}

TEST_F(OutcomeLedgerTest, WritesAnOutcomeOnceHoweverOftenItIsSent) {
  EXPECT_EQ(Record({Item(0), Item(1)}).fates, (std::vector{Fate::kRecorded, Fate::kRecorded}));
  EXPECT_EQ(Record({Item(0), Item(1), Item(2)}).fates,
            (std::vector{Fate::kRepeated, Fate::kRepeated, Fate::kRecorded}));
  EXPECT_EQ(Written(), 3U);
}

TEST_F(OutcomeLedgerTest, WithoutATimeTheSameValueIsARepetitionWheneverItComes) {
  OutcomeItem item = Item(0);
  item.at.reset();
  EXPECT_EQ(RecordOne(item), Fate::kRecorded);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(RecordOne(item), Fate::kRepeated);
  Restart();
  EXPECT_EQ(RecordOne(item), Fate::kRepeated);
  EXPECT_EQ(Written(), 1U);
}

TEST_F(OutcomeLedgerTest, AnotherValueOrTimeIsACorrectionAndBothAreKept) {
  RecordOne(Item(0, 1));
  EXPECT_EQ(RecordOne(Item(0, 0)), Fate::kCorrected);
  EXPECT_EQ(RecordOne(Item(0, 0)), Fate::kRepeated);
  EXPECT_EQ(RecordOne(Item(0, -0.0)), Fate::kRepeated);
  OutcomeItem earlier = Item(0, 0);
  *earlier.at -= std::chrono::minutes(1);
  EXPECT_EQ(RecordOne(earlier), Fate::kCorrected);
  OutcomeItem other_name = Item(0, 0);
  other_name.name = "cancelled";
  EXPECT_EQ(RecordOne(other_name), Fate::kRecorded);
  EXPECT_EQ(Written(), 4U);
}

TEST_F(OutcomeLedgerTest, WithinOneRequestTheLaterItemIsTheNewerOne) {
  const auto report = Record({Item(300, 1), Item(1, 5), Item(300, 1), Item(300, 0), Item(300, 0)});
  EXPECT_EQ(report.fates, (std::vector{Fate::kRecorded, Fate::kRecorded, Fate::kRepeated,
                                       Fate::kCorrected, Fate::kRepeated}));
  RememberingVisitor visitor;
  Replay(visitor);
  ASSERT_EQ(visitor.outcomes.size(), 3U);
  EXPECT_EQ(visitor.outcomes[2].value, 0) << "the newest in the journal counts";
  EXPECT_EQ(RecordOne(Item(300, 0)), Fate::kRepeated);
}

TEST_F(OutcomeLedgerTest, ARepetitionOfWhatCouldNotBeWrittenIsRefusedWithIt) {
  fs.FailSyncAt(fs.syncs() + 1);
  const auto report = Record({Item(3), Item(4), Item(3)});
  EXPECT_EQ(report.Count(Fate::kRefused), 3U);
  ASSERT_EQ(report.problems.size(), 3U);
  EXPECT_EQ(report.problems[2].item, 2U);
  EXPECT_EQ(RecordOne(Item(3)), Fate::kRecorded);
  EXPECT_EQ(Written(), 1U);
}

TEST_F(OutcomeLedgerTest, FindsTheDecisionByTheCallersRequestId) {
  OutcomeItem item = Item(0);
  item.decision.reset();
  item.request_id = "request-10";
  EXPECT_EQ(Refusal(item), Code::kInvalidArgument);  // two rows: which?
  item.row = 1;
  EXPECT_EQ(RecordOne(item), Fate::kRecorded);
  EXPECT_EQ(RecordOne(Item(11)), Fate::kRepeated) << "by its id it is the same fact";
  item.row = 2;
  EXPECT_EQ(Refusal(item), Code::kInvalidArgument);
  item.row = 0;
  EXPECT_EQ(Refusal(item, "somebody else"), Code::kNotFound);
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
  const auto report = Record(items);
  const Code expected[] = {Code::kNotFound,        Code::kNotFound,        Code::kNotFound,
                           Code::kInvalidArgument, Code::kInvalidArgument, Code::kInvalidArgument,
                           Code::kInvalidArgument};
  ASSERT_EQ(report.problems.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(report.problems[i].item, i);
    EXPECT_EQ(report.problems[i].error.code(), expected[i]) << i;
  }
  EXPECT_EQ(report.fates[7], Fate::kRecorded);
  EXPECT_EQ(Written(), 1U);
}

TEST_F(OutcomeLedgerTest, ComparesTimesExactlyWithTheDecisions) {
  for (std::uint32_t ordinal = 0; ordinal < 400; ordinal += 38) {
    OutcomeItem item = Item(ordinal);
    item.at = TestBlock(TestBinding(), ordinal).block.at;  // the very moment
    OutcomeItem before = item;
    before.name = "before";
    *before.at -= Micros(1);
    EXPECT_EQ(Record({item, before}).fates, (std::vector{Fate::kRecorded, Fate::kRefused}))
        << ordinal;
  }
}

// The journal's time never goes back: after a glitch forward, decisions are ahead of the clock.
TEST_F(OutcomeLedgerTest, TakesTrueTimesForDecisionsThatAreAheadOfTheClock) {
  const Time decided(Micros(1'700'000'000'000'000));  // of decision 0
  clock.JumpWall(decided - std::chrono::hours(2) - clock.Now());
  OutcomeItem item = Item(0);
  item.at = clock.Now();
  EXPECT_EQ(RecordOne(item), Fate::kRecorded);
  item = Item(1);
  item.at = clock.Now() + std::chrono::hours(25);
  EXPECT_EQ(Refusal(item), Code::kInvalidArgument) << "more than a day ahead all the same";
  clock.JumpWall(std::chrono::hours(3));
  item = Item(2);
  item.at = decided - std::chrono::hours(1);
  EXPECT_EQ(Refusal(item), Code::kInvalidArgument) << "the clock has caught up";
}

TEST_F(OutcomeLedgerTest, RefusesWhatIsBeingWrittenAndForgetsItWhenThatFails) {
  int told = 0;
  OutcomeReport first;
  ASSERT_TRUE(ledger
                  ->Record("tester", {Item(3)},
                           [&](OutcomeReport report) {
                             ++told;
                             first = std::move(report);
                           })
                  .ok());
  ASSERT_TRUE(ledger
                  ->Record("tester", {Item(3)},
                           [&](const OutcomeReport& report) {
                             ++told;
                             ASSERT_EQ(report.problems.size(), 1U);
                             EXPECT_EQ(report.problems[0].error.code(), Code::kUnavailable);
                           })
                  .ok());
  EXPECT_EQ(told, 1);
  fs.FailSyncAt(fs.syncs() + 1);
  journal->CommitNow();
  EXPECT_EQ(told, 2);
  ASSERT_EQ(first.problems.size(), 1U);
  EXPECT_EQ(first.problems[0].error.code(), Code::kUnavailable);
  EXPECT_EQ(RecordOne(Item(3)), Fate::kRecorded);
  EXPECT_EQ(Written(), 1U);
}

TEST_F(OutcomeLedgerTest, KnowsRepetitionsAfterARestart) {
  Record({Item(0, 1), Item(1, 0)});
  Restart();
  EXPECT_EQ(Record({Item(0, 1), Item(1, 1)}).fates,
            (std::vector{Fate::kRepeated, Fate::kCorrected}));
}

TEST_F(OutcomeLedgerTest, WritesALargeRequestInSeveralRecords) {
  std::vector<OutcomeItem> items;
  for (int i = 0; i < 30'000; ++i) {
    items.push_back(Item(static_cast<std::uint32_t>(i * 7 % 300), 1));
    items.back().name = "n" + std::to_string(i / 300);
  }
  EXPECT_EQ(Record(items).Count(Fate::kRecorded), items.size());
  EXPECT_EQ(Record(items).Count(Fate::kRepeated), items.size());
  EXPECT_GE(journal->Stats().records, 500U + 4U);
  EXPECT_EQ(Written(), items.size());
}

TEST_F(OutcomeLedgerTest, BoundsARequest) {
  const std::vector<OutcomeItem> many(limits::kOutcomesPerRequest + 1);
  EXPECT_EQ(ledger->Record("", many, [](const OutcomeReport&) {}).error().code(), Code::kTooLarge);
}

}  // namespace
}  // namespace mooring::records
