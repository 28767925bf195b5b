#include "serving/stop_limits/limit_settlement.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <unordered_set>

#include "base/limits.h"
#include "serving/journal_for_tests.h"

namespace mooring::serving {
namespace {

using records::BudgetChange;
using records::LimitKind;

// A lifetime sum and an open exposure, each of at most 100, over one journal in memory.
struct LimitSettlementTest : ::testing::Test {
  LimitSettlementTest() {
    sum.kind = LimitKind::kSum;
    open.kind = LimitKind::kOpenExposure;
    open.horizon_us = 1'000'000'000;
    binding->inputs = binding->outputs =
        std::make_shared<const data::Schema>(data::Schema::Make({}).value());
  }

  // A decision that spends the amount from both; nothing when it was denied.
  std::optional<DecisionId> DecideOnSumAlone(std::int64_t amount) {
    return Decide(amount, "shop", 1);
  }
  std::optional<DecisionId> Decide(std::int64_t amount, std::string_view caller = "shop",
                                   std::size_t used_terms = 2) {
    LimitTerm terms[2];
    terms[0] = {.shape = &sum, .rule = 0, .state = {1, 1}, .amount = amount, .max = 100};
    terms[1] = {.shape = &open, .rule = 1, .state = {2, 2}, .amount = amount, .max = 100};
    records::LimitNote note;
    std::vector<std::uint16_t> rules;
    if (!ledger.TryAdmit(std::span(terms).first(used_terms), {}, note, rules).admitted)
      return std::nullopt;
    data::Batch rows(binding->inputs);
    rows.SetRows(1);
    const records::RowDecision decision;
    records::DecisionBlock block;
    block.binding = binding;
    block.at = clock.Now();
    block.caller = caller;
    block.inputs = block.outputs = &rows;
    block.rows = std::span(&decision, 1);
    block.limits = &note;
    const auto id = journal.Append(block, &waiter);
    ledger.Recorded(note, *id);
    return *id;
  }
  std::int64_t Spent(const TermShape& shape, records::LimitStateId state) {
    return ledger.Of({.shape = &shape, .rule = 0, .state = state, .max = 100}).current;
  }
  Result<Released> Release(DecisionId id, std::string_view caller = "shop") {
    std::optional<Result<Released>> result;
    settlement.Release(id, caller, "the customer left",
                       [&](Result<Released> released) { result = std::move(released); });
    CHECK(result.has_value());
    return *result;
  }
  void Know(DecisionId id) {
    const records::Outcome outcome{id, clock.Now(), "late", 1, ""};
    settlement.OnOutcomesComing(std::span(&outcome, 1));
    told.insert(id);
  }

  struct Ignoring final : records::CommitWaiter {
    void Committed(const Status&) noexcept override {}
  } waiter;
  SimulatedClock clock;
  TermShape sum, open;
  std::shared_ptr<records::Binding> binding = std::make_shared<records::Binding>();
  testing::MemoryJournal journal;
  LimitLedger ledger{{.clock = &clock}};
  std::unordered_set<DecisionId> told;  // decisions with an outcome
  LimitSettlement settlement{{.journal = &journal,
                              .ledger = &ledger,
                              .clock = &clock,
                              .has_outcome = [this](DecisionId id, const records::Binding&) {
                                return told.contains(id);
                              }}};
};

TEST_F(LimitSettlementTest, AReleaseGivesBackOnceAndIsARecord) {
  const auto id = Decide(70);
  ASSERT_TRUE(id.has_value());
  EXPECT_FALSE(Decide(70).has_value());
  const auto released = Release(*id);
  ASSERT_TRUE(released.ok()) << released.error().ToString();
  EXPECT_EQ(released->budgets, 2U);
  EXPECT_EQ(Spent(sum, {1, 1}), 0);
  EXPECT_EQ(Spent(open, {2, 2}), 0);
  EXPECT_EQ(Release(*id).error().code(), Code::kConflict);
  EXPECT_EQ(Spent(sum, {1, 1}), 0);
  ASSERT_EQ(journal.budgets().size(), 1U);
  EXPECT_EQ(journal.budgets()[0].why, BudgetChange::Why::kRelease);
  EXPECT_EQ(journal.budgets()[0].reason, "the customer left");
  EXPECT_TRUE(Decide(70).has_value());
}

TEST_F(LimitSettlementTest, NobodyReleasesWhatIsNotTheirsOrWasUsed) {
  const auto id = Decide(70);
  EXPECT_EQ(Release(*id, "other").error().code(), Code::kNotFound);
  EXPECT_EQ(Release({1, 1, 999}).error().code(), Code::kNotFound);
  Know(*id);
  EXPECT_EQ(Release(*id).error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(Spent(sum, {1, 1}), 70) << "what was spent stays so";
  const auto old = Decide(20);
  clock.Advance(limits::kReleaseHorizon + std::chrono::seconds(1));
  EXPECT_EQ(Release(*old).error().code(), Code::kFailedPrecondition);
}

TEST_F(LimitSettlementTest, AnOutcomeEndsTheChanceToReleaseWhateverTheLimits) {
  const auto id = DecideOnSumAlone(70);
  Know(*id);
  EXPECT_EQ(Release(*id).error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(Spent(sum, {1, 1}), 70);
  const auto other = DecideOnSumAlone(20);
  EXPECT_FALSE(settlement.WasReleased(*other));
  ASSERT_TRUE(Release(*other).ok());
  EXPECT_TRUE(settlement.WasReleased(*other));
}

TEST_F(LimitSettlementTest, AnOutcomeFreesWhatItsDecisionHeldAndOnlyOnce) {
  const auto id = Decide(70);
  EXPECT_EQ(Spent(open, {2, 2}), 70);
  Know(*id);
  EXPECT_EQ(Spent(open, {2, 2}), 0);
  EXPECT_EQ(Spent(sum, {1, 1}), 70);
  Know(*id);
  EXPECT_EQ(journal.budgets().size(), 1U);
  EXPECT_EQ(Spent(open, {2, 2}), 0);
}

TEST_F(LimitSettlementTest, WhatTheDiskRefusedIsWrittenAgain) {
  const auto first = Decide(30), second = Decide(40);
  journal.fail_commit = true;
  Know(*first);
  EXPECT_EQ(Spent(open, {2, 2}), 40);
  journal.fail_commit = false;
  Know(*second);
  EXPECT_EQ(Spent(open, {2, 2}), 0);
  const auto written = journal.budgets();  // with the one that failed
  ASSERT_EQ(written.size(), 3U);
  EXPECT_EQ(written[1].decisions, written[0].decisions);
  EXPECT_EQ(written[1].note.deltas, written[0].note.deltas);
  EXPECT_EQ(written[2].decisions, std::vector{*second});
  Know(*second);
  EXPECT_EQ(journal.budgets().size(), 3U) << "once";
}

TEST_F(LimitSettlementTest, AWriteOffClosesWhatStayedOpen) {
  const auto id = Decide(70);
  ASSERT_TRUE(settlement.WriteOff(*id, "anna", "the flight never flew").ok());
  EXPECT_EQ(Spent(open, {2, 2}), 0);
  EXPECT_EQ(settlement.WriteOff(*id, "anna", "again").error().code(), Code::kNotFound);
}

TEST_F(LimitSettlementTest, FindsWhatMayBeWrittenOffAndWhoseItIs) {
  binding->model = "cover";
  const auto held = Decide(40), spent = DecideOnSumAlone(40);
  EXPECT_EQ(settlement.Find(*held)->model, "cover");
  EXPECT_TRUE(settlement.Find(*held)->holds);
  EXPECT_EQ(settlement.Find(*spent)->model, "cover");
  EXPECT_FALSE(settlement.Find(*spent)->holds);
  DecisionId never = *held;
  never.ordinal += 1000;
  EXPECT_EQ(settlement.Find(never).error().code(), Code::kNotFound);
  ASSERT_TRUE(settlement.WriteOff(*held, "anna", "lost").ok());
  EXPECT_FALSE(settlement.Find(*held)->holds);
}

TEST_F(LimitSettlementTest, KnowsAfterARestartWhatWasReleased) {
  const auto id = Decide(70);
  ASSERT_TRUE(Release(*id).ok());
  LimitSettlement after({.journal = &journal, .ledger = &ledger, .clock = &clock});
  for (const BudgetChange& change : journal.budgets()) after.OnBudget(change);
  std::optional<Code> code;
  after.Release(*id, "shop", "",
                [&](const Result<Released>& released) { code = released.error().code(); });
  EXPECT_EQ(code, Code::kConflict);
}

TEST_F(LimitSettlementTest, AnOutcomeNobodyCanTellOfRefusesARelease) {
  const auto id = DecideOnSumAlone(70);
  LimitSettlement blind({.journal = &journal,
                         .ledger = &ledger,
                         .clock = &clock,
                         .has_outcome = [](DecisionId, const records::Binding&) -> Result<bool> {
                           return Error(Code::kUnavailable, "the registry is away");
                         }});
  std::optional<Code> code;
  blind.Release(*id, "shop", "",
                [&](const Result<Released>& released) { code = released.error().code(); });
  EXPECT_EQ(code, Code::kUnavailable);
  EXPECT_EQ(Spent(sum, {1, 1}), 70);
}

// Whatever was released is remembered while it could be released again, and no longer.
TEST_F(LimitSettlementTest, AreRefusedWhenTooManyWereReleasedAndTakenAgainAfterADay) {
  const auto early = DecideOnSumAlone(20);
  ASSERT_TRUE(Release(*early).ok());
  BudgetChange change;
  change.why = BudgetChange::Why::kRelease;
  change.decisions.resize(limits::kRemembered);
  for (std::uint32_t i = 0; i < change.decisions.size(); ++i) change.decisions[i] = {1, 9, i};
  settlement.OnBudget(change);
  const auto id = DecideOnSumAlone(20);
  EXPECT_EQ(Release(*id).error().code(), Code::kResourceExhausted);
  EXPECT_EQ(Release(*early).error().code(), Code::kConflict) << "none was forgotten for it";
  EXPECT_TRUE(settlement.WasReleased({1, 9, 0}));
  clock.Advance(2 * limits::kReleaseHorizon);
  const auto late = DecideOnSumAlone(20);
  const auto released = Release(*late);
  EXPECT_TRUE(released.ok()) << released.error().ToString();
  EXPECT_FALSE(settlement.WasReleased({1, 9, 0}));
  EXPECT_EQ(Release(*early).error().code(), Code::kFailedPrecondition) << "too old";
}

TEST_F(LimitSettlementTest, AReleaseThatTheJournalRefusesChangesNothing) {
  const auto id = Decide(70);
  LimitSettlement beyond(
      {.journal = &journal, .ledger = &ledger, .clock = &clock, .oldest_segment = 2});
  std::optional<Code> code;
  beyond.Release(*id, "shop", "",
                 [&](const Result<Released>& released) { code = released.error().code(); });
  EXPECT_EQ(code, Code::kFailedPrecondition) << "nobody knows whether it was released before";
  EXPECT_EQ(Spent(sum, {1, 1}), 70);
}

}  // namespace
}  // namespace mooring::serving
