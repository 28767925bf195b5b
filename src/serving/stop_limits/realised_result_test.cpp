// Results are computed from the contract of the bench: a cover of price 60 brings 60, or loses 60
// when the flight is late.
#include "serving/stop_limits/realised_result.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "records/journal/journal_fixture.h"
#include "serving/journal_for_tests.h"
#include "serving/stop_limits/limit_recovery.h"
#include "serving/stop_limits/realised_result_for_tests.h"

namespace mooring::serving {
namespace {

using records::LimitOp;

struct InMemory {
  explicit InMemory(std::vector<records::LimitRule> limits)
      : bench(CoverContract(std::move(limits)), journal) {}
  testing::MemoryJournal journal;
  ResultBench bench;
};

TEST(RealisedResult, TheSoftFormTripsWhenTheResultIsMaxBelowItsPeak) {
  InMemory world({Drawdown("loss", 200)});
  ResultBench& bench = world.bench;
  for (const double late : {0.0, 0.0, 1.0, 1.0, 1.0}) bench.Know(*bench.Decide(), late);
  EXPECT_EQ(bench.UsageOf().peak, 12'000);
  EXPECT_EQ(bench.UsageOf().result, -6'000);
  const auto last = bench.Decide();  // 180 below
  ASSERT_TRUE(last.has_value());
  bench.Know(*last, 1);  // 240 below
  EXPECT_FALSE(bench.Decide().has_value());
}

TEST(RealisedResult, AReleaseForgivesTheFallBeforeIt) {
  records::LimitRule rule = Drawdown("loss", 100);
  rule.latch = true;
  InMemory world({rule});
  ResultBench& bench = world.bench;
  bench.Know(*bench.Decide(), 0);
  const auto second = bench.Decide(), third = bench.Decide(), fourth = bench.Decide();
  bench.Know(*second, 1);
  bench.Know(*third, 1);
  EXPECT_FALSE(bench.Decide().has_value());
  bench.Advance(std::chrono::seconds(1));
  bench.controls.limits["cover/loss"].released_at = bench.Now();
  bench.controls.revision = 1;
  bench.Advance(std::chrono::seconds(1));
  const auto after = bench.Decide();
  ASSERT_TRUE(after.has_value()) << "its max was not raised";
  bench.Know(*fourth, 1);
  ASSERT_TRUE(bench.Decide().has_value()) << "60 below the result at the release";
  bench.Know(*after, 1);
  EXPECT_FALSE(bench.Decide().has_value()) << "120 below it";
}

TEST(RealisedResult, TheHardFormAddsTheLossTheOpenAndTheNew) {
  InMemory world({Drawdown("loss", 300, "120")});
  ResultBench& bench = world.bench;
  const auto first = bench.Decide(), second = bench.Decide();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(bench.Decide().has_value()) << "240 open and 120 new";
  bench.Know(*first, 1);
  const auto third = bench.Decide();
  ASSERT_TRUE(third.has_value()) << "60 lost, 120 open and 120 new are just 300";
  EXPECT_FALSE(bench.Decide().has_value());
  bench.Know(*second, 0);
  EXPECT_EQ(bench.UsageOf().result, 0);
  EXPECT_TRUE(bench.Decide().has_value());
}

TEST(RealisedResult, ALossLeavesTheWindowOfTheHardForm) {
  records::LimitRule rule = Drawdown("loss", 150, "120");
  rule.window.kind = records::LimitWindow::Kind::kSliding;
  rule.window.length = std::chrono::hours(1);
  InMemory world({rule});
  world.bench.Know(*world.bench.Decide(), 1);
  EXPECT_FALSE(world.bench.Decide().has_value());
  world.bench.Advance(std::chrono::hours(2));
  EXPECT_TRUE(world.bench.Decide().has_value());
}

TEST(RealisedResult, EachDecisionCountsOnceWithItsFirstOutcome) {
  for (const std::string worst : {"", "120"}) {
    InMemory world({Drawdown("loss", 10'000, worst)});
    ResultBench& bench = world.bench;
    const auto id = bench.Decide();
    bench.Know(*id, 1, "refund");
    EXPECT_EQ(bench.UsageOf().result, 0) << "not the outcome that the contract names";
    bench.Know(*id, 1);
    bench.Know(*id, 1);
    bench.Know(*id, 0);  // a correction
    bench.Settle();
    bench.Know(*id, 1);
    EXPECT_EQ(bench.UsageOf().result, -6'000) << worst;
    // Both in one request, and apart.
    const auto next = bench.Decide(), other = bench.Decide();
    const std::vector<records::Outcome> told{
        {*next, {}, "late", 0, ""}, {*other, {}, "late", 0, ""}, {*next, {}, "late", 1, ""}};
    bench.settlement->OnOutcomesComing(told);
    EXPECT_EQ(bench.UsageOf().result, 6'000) << worst;
  }
}

TEST(RealisedResult, OnlyWhatWasDecidedAndUsedCounts) {
  InMemory world({Drawdown("loss", 100), [] {
                    records::LimitRule rule = RuleOf("number", records::LimitKind::kCount);
                    rule.max = data::Decimal(1);
                    rule.window.kind = records::LimitWindow::Kind::kLifetime;
                    rule.then = records::LimitAction::kDeny;
                    return rule;
                  }()});
  ResultBench& bench = world.bench;
  const auto decided = bench.DecideAll({60, 60});
  EXPECT_EQ(decided.admitted, (std::vector<bool>{true, false}));
  bench.settlement->Release(decided.ids[0], "shop", "the customer left",
                            [](const Result<Released>& released) { EXPECT_TRUE(released.ok()); });
  bench.Know(decided.ids[0], 1);
  EXPECT_EQ(bench.UsageOf().result, 0) << "released";
  const auto used = bench.Decide();
  bench.Know(*used, 1);
  std::optional<Code> code;
  bench.settlement->Release(*used, "shop", "", [&](const Result<Released>& released) {
    if (!released.ok()) code = released.error().code();
  });
  EXPECT_EQ(code, Code::kFailedPrecondition) << "its outcome is known";
  EXPECT_EQ(bench.UsageOf().result, -6'000);
}

TEST(RealisedResult, WhatCannotBeToldYetStaysHeld) {
  records::LimitRule open = RuleOf("open", records::LimitKind::kOpenExposure);
  open.quantity = "amount";
  open.max = data::Decimal(1'000);
  InMemory world({Drawdown("loss", 500, "120"), open});
  ResultBench& bench = world.bench;
  const auto id = bench.Decide();
  EXPECT_EQ(bench.UsageOf(1).current, 3'000);
  bench.served = false;
  bench.Know(*id, 1);
  EXPECT_EQ(bench.UsageOf(1).current, 0) << "any outcome frees an exposure";
  EXPECT_EQ(bench.UsageOf().current, 12'000) << "the worst case stays";
  bench.served = true;
  bench.Know(*id, 1);
  EXPECT_EQ(bench.UsageOf().result, -6'000);
  EXPECT_EQ(bench.UsageOf().current, 6'000);
}

TEST(RealisedResult, ClassesAreTheirNumbersAndNullsWait) {
  InMemory world({Drawdown("loss", 500)});
  ResultBench& bench = world.bench;
  bench.Know(*bench.Decide(), 0, "late", "late");
  bench.Know(*bench.Decide(), 0, "late", "on time");
  bench.Know(*bench.Decide(70), 0, "late", "on time");
  EXPECT_EQ(bench.UsageOf().result, 7'000);
  bench.Know(*bench.Decide(std::numeric_limits<double>::quiet_NaN()), 1);
  EXPECT_EQ(bench.UsageOf().result, 7'000);
}

TEST(RealisedResult, LossesAreRoundedAwayFromZeroAndGainsTowardsIt) {
  records::Contract contract = CoverContract({Drawdown("loss", 500)});
  contract.effect.value = "list_price * 0.001 + 0 * probability * amount * score";
  testing::MemoryJournal journal;
  ResultBench bench(contract, journal);
  bench.Know(*bench.Decide(19.9), 1);  // 0.0199
  EXPECT_EQ(bench.UsageOf().result, 1);
  bench.Know(*bench.Decide(-10.1), 1);  // -0.0101
  EXPECT_EQ(bench.UsageOf().result, -1);
}

TEST(RealisedResult, ABatchIsManyShortRecords) {
  InMemory world({Drawdown("loss", 1'000'000, "120")});
  ResultBench& bench = world.bench;
  std::vector<records::Outcome> outcomes;
  for (int i = 0; i < 1000; ++i) outcomes.push_back({*bench.Decide(), {}, "late", 1, ""});
  bench.settlement->OnOutcomesComing(outcomes);
  const auto written = world.journal.budgets();
  EXPECT_EQ(written.size(), 4U);
  for (const records::BudgetChange& change : written) EXPECT_LE(change.decisions.size(), 256U);
  EXPECT_EQ(bench.UsageOf().result, -6'000'000);
  EXPECT_EQ(bench.UsageOf().current, 6'000'000) << "nothing is open";
}

// The journal on a simulated disk.
struct OnDisk : ::testing::Test {
  void Open(std::vector<records::LimitRule> limits) {
    journal = records::Journal::Open(records::TestOptions(files, clock)).value();
    bench = std::make_unique<ResultBench>(CoverContract(std::move(limits)), *journal);
  }
  std::string Recovered() {
    LimitLedger ledger({.clock = &bench->clock});
    EXPECT_TRUE(RecoverLimits(record, journal->Durable(), ledger).ok());
    return ledger.Snapshot();
  }
  SimulatedFileSystem files;
  SimulatedClock clock;
  std::unique_ptr<records::Journal> journal;
  std::unique_ptr<ResultBench> bench;
  LimitRecord record{&files, "data/journal", "data/limits.snapshot"};
};

TEST_F(OnDisk, RowsOfABlockAreReadTogetherAndByTheirOwnValues) {
  Open({Drawdown("loss", 1'000'000, "120"), Drawdown("fall", 1'000'000)});
  const auto decided = bench->DecideAll({10, 20, 30, 40});
  std::vector<records::Outcome> outcomes;
  for (const int row : {0, 2, 3}) {
    outcomes.push_back({decided.ids[static_cast<std::size_t>(row)], {}, "late", 0, ""});
  }
  bench->settlement->OnOutcomesComing(outcomes);
  EXPECT_EQ(bench->UsageOf(0).result, 8'000);
  EXPECT_EQ(bench->UsageOf(1).result, 8'000);
  EXPECT_EQ(bench->UsageOf(0).current, 12'000) << "of row 1";
}

TEST_F(OnDisk, AFoldOfTheJournalGivesTheSameBudgetsAndKnowsWhatWasCounted) {
  records::LimitRule daily = Drawdown("daily", 40'000, "list_price + 50");
  daily.window.kind = records::LimitWindow::Kind::kSliding;
  daily.window.length = std::chrono::hours(2);
  Open({Drawdown("fall", 1'000), daily});
  Rng rng(11);
  std::vector<DecisionId> ids;
  for (int step = 0; step < 600; ++step) {
    const std::uint64_t what = rng.Below(10);
    if (what < 5) {
      const auto decided = bench->DecideAll(
          {10.0 * static_cast<double>(rng.Below(12)), 7.0 * static_cast<double>(rng.Below(12))});
      ids.insert(ids.end(), decided.ids.begin(), decided.ids.end());
    } else if (what < 9 && !ids.empty()) {
      bench->Know(ids[rng.Below(ids.size())], static_cast<double>(rng.Below(2)));
    } else if (!ids.empty()) {
      bench->settlement->Release(ids[rng.Below(ids.size())], "shop", "", [](const auto&) {});
      journal->CommitNow();
    }
    bench->Advance(std::chrono::seconds(rng.Below(400)));
    if (step % 200 == 150) {
      ASSERT_TRUE(SaveLimits(record, journal->Durable(), bench->clock).ok());
    }
    if (step % 100 != 99) continue;
    LimitLedger again({.clock = &bench->clock});
    ASSERT_TRUE(RecoverLimits(record, journal->Durable(), again).ok());
    for (const std::size_t limit : {0U, 1U}) {
      const LimitLedger::Usage live = bench->UsageOf(limit), read = bench->UsageIn(again, limit);
      ASSERT_EQ(read.current, live.current) << step;
      ASSERT_EQ(read.result, live.result) << step;
      ASSERT_EQ(read.peak, live.peak) << step;
      ASSERT_EQ(read.resets, live.resets) << step;
    }
  }
  // The wall is the same, so is all else.
  ASSERT_TRUE(bench->ledger.Restore(Recovered()).ok());
  const std::string before = bench->ledger.Snapshot();
  bench->Settle();
  const std::int64_t result = bench->UsageOf(0).result;
  EXPECT_NE(result, 0);
  std::size_t counted = 0;
  for (const DecisionId id : ids) {
    if (!bench->ledger.Settled(id)) continue;
    ++counted;
    bench->Know(id, 1);
  }
  EXPECT_GT(counted, 100U);
  EXPECT_EQ(bench->UsageOf(0).result, result);
  EXPECT_EQ(bench->ledger.Snapshot(), before);
}

TEST_F(OnDisk, KeysOfTheJournalAreThoseOfDecisions) {
  struct Named final : records::Pseudonymiser {
    std::string Pseudonym(std::string_view column, std::string_view value) const override {
      return std::string(column) + "-" + std::string(value) + "-hidden";
    }
  } names;
  auto options = records::TestOptions(files, clock);
  options.pseudonymiser = &names;
  journal = records::Journal::Open(options).value();
  records::LimitRule rule = Drawdown("loss", 100, "90");
  rule.per = {"seat"};
  bench = std::make_unique<ResultBench>(CoverContract({rule}), *journal);
  bench->pseudonymiser = &names;
  bench->contract.privacy.pseudonymise = {"seat"};
  bench->Compile();
  auto binding = *bench->binding;
  binding.pseudonymised = {1};
  bench->binding = std::make_shared<const records::Binding>(binding);
  const auto one = bench->Decide(60, "1A");
  ASSERT_TRUE(one.has_value());
  ASSERT_TRUE(bench->Decide(60, "1B").has_value());
  EXPECT_FALSE(bench->Decide(60, "1A").has_value());
  bench->Know(*one, 0);
  EXPECT_TRUE(bench->Decide(60, "1A").has_value());
}

}  // namespace
}  // namespace mooring::serving
