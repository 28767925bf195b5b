// The kinds that look at one decision alone. Values are computed from the rules of docs/LIMITS.md.
#include "serving/stop_limits/row_limits.h"

#include <gtest/gtest.h>

#include <cmath>

#include "serving/reasons.h"
#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::CollarReference;
using records::FallbackCause;
using records::LimitAction;
using records::LimitKind;
using records::LimitRule;
using Source = LimitCandidate::Source;

data::Decimal Exact(std::string_view text) { return *data::Decimal::Parse(text); }

LimitRule Collar(CollarReference::Kind kind) {
  LimitRule rule = RuleOf("near", LimitKind::kCollar);
  rule.collar.kind = kind;
  rule.within_relative = Exact("0.25");
  return rule;
}

TEST(RowLimits, ABoundHoldsBothEnds) {
  LimitRule rule = RuleOf("price", LimitKind::kBound);
  rule.min = Exact("10");
  rule.max = Exact("200.50");
  LimitBench bench(PricingContract({rule}));
  for (const auto& [amount, admitted] :
       {std::pair{999, false}, {1000, true}, {20'050, true}, {20'051, false}}) {
    EXPECT_EQ(bench.Admit({.score = 0.5, .amount_minor = amount}).admitted, admitted) << amount;
  }
}

TEST(RowLimits, ABoundOfAnExpressionRoundsAgainstTheDecision) {
  LimitRule rule = RuleOf("margin", LimitKind::kBound);
  rule.quantity = "120 * probability";
  rule.min = Exact("60");
  rule.max = Exact("60");
  LimitBench bench(PricingContract({rule}));
  EXPECT_TRUE(bench.Admit({.score = 0.5}).admitted);
  EXPECT_FALSE(bench.Admit({.score = 0.50000001}).admitted);  // 60.0000012
  EXPECT_FALSE(bench.Admit({.score = 0.49999999}).admitted);
}

TEST(RowLimits, AClampOfAScoreMovesTheScore) {
  LimitRule rule = RuleOf("odds", LimitKind::kBound);
  rule.min = Exact("0.1");
  rule.max = Exact("0.9");
  rule.then = LimitAction::kClamp;
  LimitBench bench(ScoringContract({rule}));
  EXPECT_TRUE(bench.Admit({.score = 0.95}).clamped);
  EXPECT_EQ(bench.decision.score, 0.9);
  EXPECT_EQ(ReasonName(bench.decision.reason), "above_bounds");
  EXPECT_TRUE(bench.Admit({.score = 0.05}).clamped);
  EXPECT_EQ(bench.decision.score, 0.1);
  EXPECT_FALSE(bench.Admit({.score = 0.5}).clamped);
  EXPECT_TRUE(bench.note.hits.empty());
}

TEST(RowLimits, BoundsThatCannotBothBeMetStopInstead) {
  LimitRule rule = RuleOf("price", LimitKind::kBound);
  rule.min = Exact("10");
  rule.max = Exact("200");
  rule.then = LimitAction::kClamp;
  LimitBench bench(PricingContract({rule}));
  bench.controls.limits["cover/price"].max = 500;  // lowered below the least
  ++bench.controls.revision;
  const LimitRuling ruling = bench.Admit({.score = 0.5, .amount_minor = 6000});
  EXPECT_FALSE(ruling.admitted || ruling.clamped);
  EXPECT_EQ(ruling.then, LimitAction::kFallback);
  EXPECT_EQ(bench.decision.amount_minor, 6000);
}

TEST(RowLimits, ACollarHoldsToTheReferenceWhateverItIs) {
  // 25% of 60.00 is 15.00: 45.00 to 75.00.
  for (const auto kind : {CollarReference::Kind::kChampion, CollarReference::Kind::kPrevious,
                          CollarReference::Kind::kInput, CollarReference::Kind::kConstant,
                          CollarReference::Kind::kMedian}) {
    LimitRule rule = Collar(kind);
    rule.collar.input = "list_price";
    rule.collar.constant = Exact("60");
    rule.collar.decisions = 100;
    LimitBench bench(PricingContract({rule}));
    bench.reference = [&](CollarReference::Kind asked) {
      EXPECT_EQ(asked, kind);
      return std::optional<std::int64_t>(6000);
    };
    for (const auto& [amount, admitted] :
         {std::pair{4499, false}, {4500, true}, {7500, true}, {7501, false}}) {
      EXPECT_EQ(bench.Admit({.score = 0.5, .amount_minor = amount, .list_price = 60}).admitted,
                admitted)
          << static_cast<int>(kind) << " " << amount;
    }
  }
}

TEST(RowLimits, ACollarIsAsWideAsTheGreaterOfItsWidths) {
  LimitRule rule = Collar(CollarReference::Kind::kInput);
  rule.collar.input = "list_price";
  rule.within_absolute = Exact("5");
  LimitBench bench(PricingContract({rule}));
  const auto admits = [&](double reference, std::int64_t amount) {
    return bench.Admit({.amount_minor = amount, .list_price = reference}).admitted;
  };
  EXPECT_TRUE(admits(4, 900));  // 5.00, not 1.00
  EXPECT_FALSE(admits(4, 901));
  EXPECT_TRUE(admits(-100, -7500));  // 25% of its size
  EXPECT_FALSE(admits(-100, -7499));
  EXPECT_TRUE(admits(0, 500));
  EXPECT_FALSE(admits(0, 501));
}

TEST(RowLimits, WithoutAReferenceACollarDeniesOrAsksAPerson) {
  LimitRule rule = Collar(CollarReference::Kind::kChampion);
  for (const auto& [then, becomes] : {std::pair{LimitAction::kFallback, LimitAction::kDeny},
                                      {LimitAction::kDeny, LimitAction::kDeny},
                                      {LimitAction::kReview, LimitAction::kReview}}) {
    rule.then = then;
    LimitBench bench(PricingContract({rule}));
    const LimitRuling ruling = bench.Admit({.score = 0.5, .amount_minor = 6000});
    EXPECT_FALSE(ruling.admitted);
    EXPECT_EQ(ruling.then, becomes);
    EXPECT_EQ(ruling.cause, FallbackCause::kUnavailable);
    EXPECT_FALSE(ruling.input_invalid);
  }
}

TEST(RowLimits, AReferenceIsAskedOnceACall) {
  LimitRule first = Collar(CollarReference::Kind::kChampion), second = first;
  second.name = "nearer";
  LimitBench bench(PricingContract({first, second}));
  int asked = 0;
  bench.reference = [&](CollarReference::Kind) {
    ++asked;
    return std::optional<std::int64_t>(6000);
  };
  EXPECT_TRUE(bench.Admit({.score = 0.5, .amount_minor = 6000}).admitted);
  EXPECT_EQ(asked, 1);
}

TEST(RowLimits, TheMedianIsOfWhatWasAdmitted) {
  LimitRule rule = Collar(CollarReference::Kind::kMedian);
  rule.collar.decisions = 3;
  rule.collar.constant = Exact("60");
  LimitBench bench(PricingContract({rule}));
  for (const std::int64_t amount : {7000, 7200, 7400}) {
    EXPECT_TRUE(bench.Admit({.amount_minor = amount}).admitted);
    EXPECT_FALSE(bench.Admit({.amount_minor = 20'000}).admitted);
  }
  EXPECT_TRUE(bench.Admit({.amount_minor = 9000}).admitted);  // 72.00 + 18.00
  EXPECT_FALSE(bench.Admit({.amount_minor = 4500}).admitted);
}

TEST(RowLimits, FreshnessAsksEachAge) {
  constexpr std::int64_t kHour = 3'600'000'000;
  LimitRule rule = RuleOf("fresh", LimitKind::kFreshness);
  rule.model_age = std::chrono::hours(10);
  rule.outcome_age = std::chrono::hours(5);
  rule.input_age = std::chrono::hours(1);
  rule.age_input = "asked_at";
  LimitBench bench(PricingContract({rule}));
  const auto judge = [&](std::int64_t made, std::int64_t outcomes, std::int64_t asked) {
    bench.version_made = made;
    bench.Compile();
    bench.controls.watch["cover"].last_outcomes = outcomes;
    ++bench.controls.revision;
    return bench.Admit({.amount_minor = 6000, .asked_at = asked});
  };
  const std::int64_t now = bench.Now();
  EXPECT_TRUE(judge(now - 10 * kHour, now - 5 * kHour, now - kHour).admitted);
  EXPECT_EQ(judge(now - 10 * kHour - 1, now, now).cause, FallbackCause::kQuality);
  EXPECT_FALSE(judge(now, now - 5 * kHour - 1, now).admitted);
  EXPECT_FALSE(judge(now, now, now - kHour - 1).admitted);
  EXPECT_FALSE(judge(now, now, now + kHour + 1).admitted);  // far in the future is no age
  EXPECT_EQ(judge(0, now, now).cause, FallbackCause::kUnavailable);
  EXPECT_EQ(judge(now, 0, now).cause, FallbackCause::kUnavailable);
  // A fixed value rests on the row alone.
  EXPECT_TRUE(
      bench.Admit({.amount_minor = 6000, .source = Source::kFixed, .consumes_nothing = true})
          .admitted);
}

TEST(RowLimits, QualityStopsWhileTheWatchAlerts) {
  LimitRule rule = RuleOf("well", LimitKind::kQuality);
  rule.verdicts = {"drift", "quality"};
  LimitBench bench(PricingContract({rule}));
  const LimitBench::Ask ask{.score = 0.5, .amount_minor = 6000};
  EXPECT_TRUE(bench.Admit(ask).admitted);
  bench.controls.watch["cover"].standing = {{"service_level", 0}};
  ++bench.controls.revision;
  EXPECT_TRUE(bench.Admit(ask).admitted);
  bench.controls.watch["cover"].standing = {{"drift", 3}};
  ++bench.controls.revision;
  EXPECT_EQ(bench.Admit(ask).cause, FallbackCause::kQuality);
  LimitBench::Ask other = ask;
  other.version = 2;  // the alert is not about it
  other.source = Source::kOtherVersion;
  EXPECT_TRUE(bench.Admit(other).admitted);
  LimitBench::Ask fixed = ask;
  fixed.source = Source::kFixed;
  EXPECT_TRUE(bench.Admit(fixed).admitted);
}

TEST(RowLimits, AFactorMakesBudgetsSmaller) {
  LimitRule quality = RuleOf("well", LimitKind::kQuality);
  quality.verdicts = {"drift"};
  quality.factor = Exact("0.5");
  LimitRule count = RuleOf("number", LimitKind::kCount);
  count.max = Exact("5");
  count.window.kind = records::LimitWindow::Kind::kLifetime;
  LimitBench bench(PricingContract({quality, count}));
  bench.controls.watch["cover"].standing = {{"drift", 0}};
  ++bench.controls.revision;
  int admitted = 0;
  for (int i = 0; i < 6; ++i) admitted += bench.Admit({.amount_minor = 1}).admitted ? 1 : 0;
  EXPECT_EQ(admitted, 2);  // ⌊5 / 2⌋
  bench.controls.watch.clear();
  ++bench.controls.revision;
  for (int i = 0; i < 6; ++i) admitted += bench.Admit({.amount_minor = 1}).admitted ? 1 : 0;
  EXPECT_EQ(admitted, 5);
}

LimitRule HalfOnDrift() {
  LimitRule quality = RuleOf("well", LimitKind::kQuality);
  quality.verdicts = {"drift"};
  quality.factor = Exact("0.5");
  return quality;
}

// The max that people set, and whether the factor stands.
void Control(LimitBench& bench, const char* limit, std::optional<std::int64_t> max, bool drift) {
  bench.controls.limits[limit].max = max;
  bench.controls.watch["cover"].standing.clear();
  if (drift) bench.controls.watch["cover"].standing = {{"drift", 0}};
  ++bench.controls.revision;
}

TEST(RowLimits, PeopleRampsAndAFactorLowerARate) {
  LimitRule rate = RuleOf("pace", LimitKind::kRate);
  rate.rate_count = 2;
  rate.rate_period = std::chrono::seconds(1);
  LimitBench bench(PricingContract({HalfOnDrift(), rate}));
  const auto retry = [&](std::optional<std::int64_t> max, bool drift) {
    Control(bench, "cover/pace", max, drift);
    bench.Advance(std::chrono::seconds(60));
    EXPECT_TRUE(bench.Admit({.amount_minor = 1}).admitted);
    return bench.Admit({.amount_minor = 1}).retry_ns;
  };
  EXPECT_EQ(retry(std::nullopt, false), 500'000'000);
  EXPECT_EQ(retry(1, false), 1'000'000'000);
  EXPECT_EQ(retry(1, true), 2'000'000'000) << "half a decision a second";
  bench.controls.limits["cover/pace"].ramp = {{1, 1, 10}};
  EXPECT_EQ(retry(1, false), 10'000'000'000);
}

TEST(RowLimits, PeopleAndAFactorLowerAShare) {
  LimitRule share = RuleOf("dear", LimitKind::kShare);
  share.quantity = "amount > 0";
  share.max = Exact("0.4");
  share.after = 20;
  share.window.kind = records::LimitWindow::Kind::kLifetime;
  const auto marked = [&](std::optional<std::int64_t> max, bool drift) {
    LimitBench bench(PricingContract({HalfOnDrift(), share}));
    Control(bench, "cover/dear", max, drift);
    int admitted = 0;
    while (bench.Admit({.amount_minor = 1}).admitted) ++admitted;
    return admitted;
  };
  EXPECT_EQ(marked(std::nullopt, false), 8);
  EXPECT_EQ(marked(std::nullopt, true), 4);
  EXPECT_EQ(marked(300'000'000, false), 6);
  EXPECT_EQ(marked(300'000'000, true), 3);
}

TEST(RowLimits, PeopleAndAFactorLowerAGrowth) {
  LimitRule growth = RuleOf("pull", LimitKind::kGrowth);
  growth.quantity = "amount";
  growth.max = Exact("1.5");
  growth.at_least = Exact("10");
  growth.window.kind = records::LimitWindow::Kind::kDay;
  LimitBench bench(PricingContract({HalfOnDrift(), growth}));
  for (int week = 0; week < 4; ++week) {
    EXPECT_TRUE(bench.Admit({.amount_minor = 1'000}).admitted);
    bench.Advance(std::chrono::hours(24 * 7));
  }
  const auto threshold = [&](std::optional<std::int64_t> max, bool drift) {
    Control(bench, "cover/pull", max, drift);
    bench.note.Clear();
    EXPECT_FALSE(bench.Admit({.amount_minor = 100'000}).admitted);
    return bench.note.hits.at(0).threshold;
  };
  EXPECT_EQ(threshold(std::nullopt, false), 1'500);
  EXPECT_EQ(threshold(2'000'000'000, false), 2'000);
  EXPECT_EQ(threshold(2'400'000'000, true), 1'200);
  EXPECT_EQ(threshold(std::nullopt, true), 1'000) << "at_least stays";
}

TEST(RowLimits, AConditionChoosesRowsAndNullIsOneOfThem) {
  LimitRule rule = RuleOf("dear", LimitKind::kBound);
  rule.max = Exact("50");
  rule.when = "list_price > 100";
  LimitBench bench(PricingContract({rule}));
  EXPECT_TRUE(bench.Admit({.amount_minor = 6000, .list_price = 100}).admitted);
  EXPECT_FALSE(bench.Admit({.amount_minor = 6000, .list_price = 101}).admitted);
  EXPECT_FALSE(bench.Admit({.amount_minor = 6000, .list_price = std::nan("")}).admitted);
}

TEST(RowLimits, WeightsTakeWhatTheySay) {
  using Weight = records::LimitWeight;
  for (const auto& [weight, amount] :
       {std::pair{Weight::kGross, 100}, {Weight::kPositive, 0}, {Weight::kNegative, 100}}) {
    LimitRule rule = RuleOf("sum", LimitKind::kSum);
    rule.weight = weight;
    rule.window.kind = records::LimitWindow::Kind::kLifetime;
    rule.max = Exact("1000");
    LimitBench bench(PricingContract({rule}));
    EXPECT_TRUE(bench.Admit({.amount_minor = -100}).admitted);
    const std::int64_t spent = bench.note.deltas.empty() ? 0 : bench.note.deltas[0].amount;
    EXPECT_EQ(spent, amount);
  }
}

}  // namespace
}  // namespace mooring::serving
