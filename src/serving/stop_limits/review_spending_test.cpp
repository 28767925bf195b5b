#include "serving/stop_limits/review_spending.h"

#include <gtest/gtest.h>

#include "serving/journal_for_tests.h"
#include "serving/stop_limits/limit_recovery.h"
#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::BudgetChange;
using records::LimitKind;
using records::LimitRule;

// At most 100.00 in all, and no price above 80.00.
std::vector<LimitRule> Rules(records::LimitAction then) {
  LimitRule sum = RuleOf("daily", LimitKind::kSum);
  sum.quantity = "amount";
  sum.window.kind = records::LimitWindow::Kind::kLifetime;
  sum.max = data::Decimal(100);
  LimitRule bound = RuleOf("price", LimitKind::kBound);
  bound.max = data::Decimal(80);
  bound.then = then;
  return {sum, bound};
}

struct ReviewSpendingTest : ::testing::Test {
  explicit ReviewSpendingTest(records::LimitAction then = records::LimitAction::kDeny)
      : bench(PricingContract(Rules(then))) {
    binding->model = "cover";
    binding->version = 3;
    binding->inputs = bench.schema;
    binding->outputs = std::make_shared<const data::Schema>(
        *data::Schema::Make({{"probability", data::Type::kFloat64, true, nullptr}}));
  }
  // A decision that waits for a person.
  DecisionId Decide(bool limited = true) {
    data::Batch inputs(binding->inputs), outputs(binding->outputs);
    inputs.column(0).Append(60.0);
    inputs.column(1).AppendText("1A");
    inputs.column(2).Append(bench.Now());
    inputs.SetRows(1);
    outputs.column(0).Append(0.9);
    outputs.SetRows(1);
    records::RowDecision row;
    row.verdict = records::Verdict::kReview;
    records::LimitNote note;
    note.limit_set = "asked";
    records::DecisionBlock block;
    block.binding = binding;
    block.at = bench.clock.Now();
    block.caller = "shop";
    block.inputs = &inputs;
    block.outputs = &outputs;
    block.rows = std::span(&row, 1);
    if (limited) block.limits = &note;
    return *journal.Append(block, nullptr);
  }
  Status Spend(DecisionId decision, std::optional<std::int64_t> amount, bool expired = false) {
    records::ReviewEnd end{decision, expired, std::nullopt, amount};
    return spending.Spend(end, "anna", bench.controls);
  }
  std::int64_t Spent(const LimitLedger& ledger) const {
    const CompiledLimit& limit = bench.set->OfPlace(0);
    return ledger.Of({.shape = &limit.shape, .rule = 0, .state = limit.shape.family, .max = 1})
        .current;
  }

  LimitBench bench;
  testing::MemoryJournal journal;
  std::shared_ptr<records::Binding> binding = std::make_shared<records::Binding>();
  bool loaded = true;
  ReviewSpending spending{{.journal = &journal,
                           .limits = &bench.stop_limits,
                           .clock = &bench.clock,
                           .limits_of = [this](const records::Binding& of) {
                             EXPECT_EQ(of.version, 3U);
                             return loaded ? bench.set : nullptr;
                           }}};
};

TEST_F(ReviewSpendingTest, AValueSpendsWhatAFallbackWouldAndIsARecord) {
  const DecisionId decision = Decide();
  for (int again = 0; again < 2; ++again) {
    const Status spent = Spend(decision, 7000);
    ASSERT_TRUE(spent.ok()) << spent.error().ToString();
    EXPECT_EQ(Spent(bench.ledger), 7000) << "once";
  }
  ASSERT_EQ(journal.budgets().size(), 1U);
  const BudgetChange change = journal.budgets()[0];
  EXPECT_EQ(change.why, BudgetChange::Why::kReview);
  EXPECT_EQ(change.caller, "anna");
  EXPECT_EQ(change.decisions, std::vector{decision});
  LimitLedger restarted({.clock = &bench.clock});
  FoldChange(change, restarted);
  EXPECT_EQ(Spent(restarted), 7000);
  EXPECT_FALSE(bench.Admit({.score = 0.3, .amount_minor = 3600}).admitted) << "70 and 36";
  EXPECT_EQ(Spend(decision, 10).error().code(), Code::kFailedPrecondition) << "another value";
}

TEST_F(ReviewSpendingTest, WhatDoesNotFitIsRefusedAndSpendsNothing) {
  ASSERT_TRUE(Spend(Decide(), 7000).ok());
  const DecisionId decision = Decide();
  const Status refused = Spend(decision, 3001);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::kResourceExhausted);
  EXPECT_EQ(refused.error().why(), "says no: daily");
  EXPECT_EQ(Spend(decision, 8001).error().why(), "says no: price, daily");
  EXPECT_EQ(Spent(bench.ledger), 7000);
  EXPECT_EQ(journal.budgets().size(), 1U);
  EXPECT_TRUE(Spend(decision, 3000).ok()) << "a smaller one fits";
  EXPECT_EQ(Spent(bench.ledger), 10'000);
}

TEST_F(ReviewSpendingTest, ADenialAndWhatIsNotLimitedAreFree) {
  EXPECT_TRUE(Spend(Decide(), std::nullopt).ok());
  loaded = false;
  EXPECT_TRUE(Spend(Decide(false), 99'999).ok()) << "its version has none";
  EXPECT_TRUE(journal.budgets().empty());
  EXPECT_EQ(Spent(bench.ledger), 0);
}

// As after a kill: nobody asked the limits when the decision was left to people.
TEST_F(ReviewSpendingTest, WhatWasNeverAskedIsAskedWhenItEnds) {
  EXPECT_FALSE(Spend(Decide(false), 99'999, true).ok());
  EXPECT_FALSE(Spend(Decide(false), 99'999).ok());
  EXPECT_TRUE(Spend(Decide(false), 7000).ok());
  EXPECT_EQ(Spent(bench.ledger), 7000);
}

TEST_F(ReviewSpendingTest, ALimitThatARefusalShutsIsShutInTheJournal) {
  LimitRule sum = Rules(records::LimitAction::kDeny)[0];
  sum.latch = true;
  LimitBench shut(PricingContract({sum}));
  ReviewSpending spend({.journal = &journal,
                        .limits = &shut.stop_limits,
                        .clock = &shut.clock,
                        .limits_of = [&](const records::Binding&) { return shut.set; }});
  const records::ReviewEnd end{Decide(), false, std::nullopt, 20'000};
  EXPECT_EQ(spend.Spend(end, "anna", shut.controls).error().code(), Code::kResourceExhausted);
  ASSERT_EQ(journal.budgets().size(), 1U);
  LimitLedger restarted({.clock = &shut.clock});
  FoldChange(journal.budgets()[0], restarted);
  const CompiledLimit& limit = shut.set->OfPlace(0);
  const auto usage =
      restarted.Of({.shape = &limit.shape, .rule = 0, .state = limit.shape.family, .max = 1});
  EXPECT_NE(usage.latched_at, 0);
  EXPECT_EQ(usage.current, 0) << "nothing was spent";
}

TEST_F(ReviewSpendingTest, WhatNobodyKnowsIsNotGiven) {
  const DecisionId decision = Decide();
  EXPECT_EQ(Spend({1, 1, 999}, 100).error().code(), Code::kNotFound);
  loaded = false;
  EXPECT_EQ(Spend(decision, 100).error().code(), Code::kFailedPrecondition);
  loaded = true;
  journal.fail_commit = true;
  EXPECT_EQ(Spend(decision, 100).error().code(), Code::kUnavailable);
  EXPECT_EQ(Spent(bench.ledger), 100) << "it may be on the disk";
}

struct LeftToPeopleTest : ReviewSpendingTest {
  LeftToPeopleTest() : ReviewSpendingTest(records::LimitAction::kReview) {}
};

TEST_F(LeftToPeopleTest, APersonAnswersWhatALimitAsksAndTheDefaultDoesNot) {
  EXPECT_EQ(Spend(Decide(), 8001, true).error().why(), "says no: price");
  EXPECT_TRUE(Spend(Decide(), 8001).ok()) << "beyond 80.00 a person is asked";
  EXPECT_EQ(Spent(bench.ledger), 8001);
  EXPECT_EQ(Spend(Decide(), 8001).error().why(), "says no: daily") << "budgets hold for people";
}

struct ClampedReviewTest : ReviewSpendingTest {
  ClampedReviewTest() : ReviewSpendingTest(records::LimitAction::kClamp) {}
};

TEST_F(ClampedReviewTest, AValueIsNotMovedToABound) {
  const Status refused = Spend(Decide(), 8001);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().why(), "it is beyond a bound");
  EXPECT_EQ(Spent(bench.ledger), 0);
  EXPECT_TRUE(Spend(Decide(), 8000).ok());
}

}  // namespace
}  // namespace mooring::serving
