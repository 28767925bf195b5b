#include "serving/stop_limits/what_if.h"

#include <gtest/gtest.h>

#include <cmath>

#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::LimitAction;
using records::LimitKind;
using records::LimitRule;
using records::Verdict;

data::Decimal Number(std::string_view text) { return *data::Decimal::Parse(text); }

LimitRule Sum(std::string name, std::string_view max) {
  LimitRule rule = RuleOf(std::move(name), LimitKind::kSum);
  rule.max = Number(max);
  rule.window.kind = records::LimitWindow::Kind::kLifetime;
  return rule;
}

// A journal that a test makes up: one row a block, an amount each, in roubles.
class WhatIfTest : public ::testing::Test {
 protected:
  void Begin(std::vector<LimitRule> limits) {
    contract_ = PricingContract(std::move(limits));
    contract_.outcome = records::OutcomeRule{.name = "paid"};
    contract_.effect.value = "amount - paid";
    std::vector<data::Field> fields;
    for (const auto& input : contract_.inputs) {
      fields.push_back({.name = input.name, .type = input.type});
    }
    auto binding = std::make_shared<records::Binding>();
    binding->model = "cover";
    binding->version = 3;
    binding->currency = "RUB";
    binding->inputs = std::make_shared<const data::Schema>(*data::Schema::Make(std::move(fields)));
    binding->outputs = std::make_shared<const data::Schema>(
        *data::Schema::Make({{.name = "probability", .type = data::Type::kFloat64}}));
    binding_ = std::move(binding);
  }
  void Make(WhatIf::Options options = {}) {
    options.contract = &contract_;
    auto made = WhatIf::Make(std::move(options));
    ASSERT_TRUE(made.ok()) << made.error().ToString();
    what_if_ = std::move(*made);
  }
  DecisionId Decide(std::int64_t amount_minor, Verdict verdict = Verdict::kAdmit,
                    const std::string& seat = "1A") {
    data::Batch inputs(binding_->inputs), outputs(binding_->outputs);
    inputs.column(0).Append(60.0);
    inputs.column(1).AppendText(seat);
    inputs.column(2).Append(at_.time_since_epoch().count());
    inputs.SetRows(1);
    // The contract's amount is 120 * probability.
    outputs.column(0).Append(static_cast<double>(amount_minor) / 12'000.0);
    outputs.SetRows(1);
    records::RowDecision row;
    row.verdict = verdict;
    const bool given = verdict == Verdict::kAdmit;
    row.score = given ? static_cast<double>(amount_minor) / 12'000.0 : std::nan("");
    row.amount_minor = given ? amount_minor : 0;
    records::ReadDecisions block;
    block.first = {1, 1, next_++};
    block.binding = binding_;
    block.at = at_;
    block.caller = "shop";
    block.inputs = &inputs;
    block.outputs = &outputs;
    block.rows = {&row, 1};
    what_if_->OnDecisions(block);
    EXPECT_TRUE(what_if_->status().ok());
    at_ += std::chrono::seconds(1);
    return block.first;
  }
  void Tell(DecisionId decision, double value) {
    const records::Outcome outcome{
        .decision = decision, .at = at_, .name = "paid", .value = value, .text = ""};
    what_if_->OnOutcomes({&outcome, 1});
  }

  records::Contract contract_;
  std::shared_ptr<const records::Binding> binding_;
  std::unique_ptr<WhatIf> what_if_;
  Time at_{Micros(1'700'000'000'000'000)};
  std::uint32_t next_ = 1;
};

TEST_F(WhatIfTest, TellsWhenASumWouldHaveFiredAndWhatItWouldHaveKeptBack) {
  Begin({Sum("ever", "100"), Sum("wide", "1000")});
  Make();
  const Time begin = at_;
  for (int i = 0; i < 5; ++i) Decide(4000);  // 40.00 each: two fit
  Decide(2000);                              // 20.00 fills the rest
  Decide(100);
  const WhatIfReport report = what_if_->Report();
  EXPECT_EQ(report.decisions, 7U);
  EXPECT_EQ(report.stopped, 4U);
  EXPECT_EQ(report.from, begin);
  EXPECT_EQ(report.to, begin + std::chrono::seconds(6));
  const LimitWhatIf& ever = report.limits[0];
  EXPECT_EQ(ever.name, "ever");
  EXPECT_EQ(ever.fired, 4U);
  EXPECT_EQ(ever.first, begin + std::chrono::seconds(2));
  EXPECT_EQ(ever.last, begin + std::chrono::seconds(6));
  EXPECT_EQ(ever.stopped, 4U);
  EXPECT_EQ(ever.stopped_amount, "121.00");
  EXPECT_DOUBLE_EQ(ever.tightest, 1);
  EXPECT_EQ(ever.latched, Time());
  EXPECT_EQ(report.limits[1].fired, 0U);
  EXPECT_DOUBLE_EQ(report.limits[1].tightest, 0.1);
}

TEST_F(WhatIfTest, ALatchStopsEverythingFromItsMomentOn) {
  LimitRule rule = Sum("ever", "100");
  rule.latch = true;
  Begin({std::move(rule)});
  Make();
  Decide(9000);
  const Time at = at_;
  Decide(2000);
  Decide(100);
  const LimitWhatIf limit = what_if_->Report().limits[0];
  EXPECT_EQ(limit.latched, at);
  EXPECT_EQ(limit.fired, 2U);
}

TEST_F(WhatIfTest, OutcomesFreeWhatWasOpen) {
  LimitRule rule = RuleOf("open", LimitKind::kOpenExposure);
  rule.max = Number("100");
  rule.horizon = std::chrono::hours(24);
  Begin({std::move(rule)});
  Make();
  const DecisionId first = Decide(8000);
  Decide(5000);  // too much
  Tell(first, 1);
  Decide(5000);
  const WhatIfReport report = what_if_->Report();
  EXPECT_EQ(report.limits[0].fired, 1U);
  EXPECT_DOUBLE_EQ(report.limits[0].tightest, 0.8);
}

// By hand: effects of the two that were stopped are 50 - 80 and 50 - 10.
TEST_F(WhatIfTest, ValuesWhatWasStoppedByTheEffectOfItsNewestOutcome) {
  Begin({Sum("ever", "10")});
  Make();
  const DecisionId one = Decide(5000), two = Decide(5000), three = Decide(5000);
  Tell(one, 70);
  Tell(one, 80);  // corrected
  Tell(two, 10);
  Tell({1, 1, 99}, 5);
  const WhatIfReport report = what_if_->Report();
  EXPECT_EQ(report.limits[0].stopped, 3U);
  EXPECT_EQ(report.limits[0].effects_known, 2U);
  EXPECT_EQ(report.limits[0].effect, "10.00");
  Tell(three, 50);
  EXPECT_EQ(what_if_->Report().limits[0].effects_known, 3U);
}

// By hand: 0.10 three times is 0.30, and three effects of 0.1 * 0.333 are 0.03 each.
TEST_F(WhatIfTest, TellsMoneyExactlyInTheCurrencysDigits) {
  Begin({Sum("ever", "0.05")});
  contract_.effect.value = "amount * paid";
  Make();
  for (int i = 0; i < 3; ++i) Tell(Decide(10), 0.333);
  const LimitWhatIf rouble = what_if_->Report().limits[0];
  EXPECT_EQ(rouble.stopped_amount, "0.30");
  EXPECT_EQ(rouble.effect, "0.09");
  Begin({Sum("ever", "0.05")});
  contract_.effect.value = "0 - amount * paid";
  contract_.effect.currency = "KWD";
  Make();
  for (int i = 0; i < 3; ++i) Tell(Decide(10), 0.333);
  EXPECT_EQ(what_if_->Report().limits[0].effect, "-0.102") << "a loss is away from zero";
}

// What a limit of then kept back is judged by the model's score under the contract's amount.
TEST_F(WhatIfTest, JudgesAnswersThatWereNotGivenToo) {
  Begin({Sum("ever", "100")});
  Make();
  Decide(6000, Verdict::kDeny);
  Decide(6000, Verdict::kFallback);
  EXPECT_EQ(what_if_->Report().stopped, 1U);
}

TEST_F(WhatIfTest, AdvisoryLimitsFireAndStopNothing) {
  LimitRule rule = Sum("ever", "100");
  rule.advisory = true;
  Begin({std::move(rule)});
  Make();
  Decide(9000);
  Decide(9000);
  const WhatIfReport report = what_if_->Report();
  EXPECT_EQ(report.limits[0].fired, 1U);
  EXPECT_EQ(report.limits[0].stopped, 0U);
  EXPECT_EQ(report.stopped, 0U);
}

TEST_F(WhatIfTest, ConstantsOfTheChainSpendToo) {
  Begin({Sum("ever", "100")});
  records::FallbackStep constant;
  constant.kind = records::FallbackStep::Kind::kConstant;
  constant.constant = 30;
  contract_.fallback = {constant};
  Make();
  Decide(5000);
  Decide(6000);  // 30.00 instead
  Decide(2500);  // would have fitted without it
  const WhatIfReport report = what_if_->Report();
  EXPECT_EQ(report.stopped, 2U);
  EXPECT_EQ(report.fallbacks, 1U);
}

TEST_F(WhatIfTest, LooksAtThePeriodAndTheModelOnly) {
  Begin({Sum("ever", "10")});
  WhatIf::Options options;
  options.from = at_ + std::chrono::seconds(1);
  options.to = at_ + std::chrono::seconds(3);
  Make(std::move(options));
  for (int i = 0; i < 5; ++i) Decide(5000);
  EXPECT_EQ(what_if_->Report().decisions, 2U);
  WhatIf::Options other;
  other.model = "credit";
  Make(std::move(other));
  Decide(5000);
  EXPECT_EQ(what_if_->Report().decisions, 0U);
}

TEST_F(WhatIfTest, SaysWhatItCannotReplay) {
  LimitRule collar = RuleOf("near", LimitKind::kCollar);
  collar.within_absolute = Number("1");
  LimitRule watch = RuleOf("watch", LimitKind::kQuality);
  Begin({std::move(collar), Sum("ever", "10"), std::move(watch)});
  Make();
  Decide(5000);
  const WhatIfReport report = what_if_->Report();
  ASSERT_EQ(report.limits.size(), 3U);
  EXPECT_FALSE(report.limits[0].not_replayed.empty());
  EXPECT_EQ(report.limits[1].fired, 1U);
  EXPECT_FALSE(report.limits[2].not_replayed.empty());
}

TEST_F(WhatIfTest, RefusesContractsThatCannotBeTested) {
  Begin({});
  EXPECT_EQ(WhatIf::Make({.contract = &contract_}).error().code(), Code::kInvalidArgument);
  Begin({Sum("ever", "10")});
  contract_.decision.currency = "USD";
  Make();
  records::ReadDecisions block;
  block.binding = binding_;
  block.at = at_;
  what_if_->OnDecisions(block);
  EXPECT_EQ(what_if_->status().error().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace mooring::serving
