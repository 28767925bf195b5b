#include <gtest/gtest.h>

#include "records/contract/contract.h"
#include "records/contract/key_parts.h"

namespace mooring::records {
namespace {

using std::chrono::hours;

constexpr std::string_view kAll = R"(
model: cover
owner: {team: pricing}
inputs:
  list_price: float64
  seat: string
  asked_at: timestamp
output: {name: probability, task: binary, positive: late}
outcome: {name: late, matures_after: 24h}
decision: {amount: "120 * probability", currency: RUB}
effect: {value: "list_price - 120 * late", currency: RUB}
limits:
  - {name: price, bound: amount, min: 10, max: 200.50, then: clamp}
  - {name: odds, bound: probability, max: 0.975}
  - {name: near, collar: {input: list_price}, within: 25%, at_least: 5, then: review}
  - {name: other, collar: champion, within: 25%}
  - {name: usual, collar: {median: 100, start: 45}, within: 30}
  - {name: daily, sum: "120 * probability", over: 24h, max: 500000, buckets: 24, scope: caller}
  - {name: net, sum: amount, weight: net, min: -100, max: 100, over: lifetime, latch: false}
  - {name: number, count: 1000, over: day, zone: Europe/Moscow, per: [seat], keys: 5000}
  - {name: pace, rate: 100/s, burst: 20, scope: all}
  - {name: dear, share: "amount > 100", over: week, max: 20%, after: 50}
  - {name: open, open_exposure: amount, max: 1000, horizon: 7d}
  - {name: loss, drawdown: hard, worst: "120", max: 5000}
  - {name: again, repeat: 3, over: 1h, per: [seat]}
  - {name: pull, growth: amount, over: day, max: 150%, weeks: 2, at_least: 1000}
  - {name: fresh, freshness: {model: 30d, outcomes: 2d, reference: 90d, row: 10m,
     column: asked_at}}
  - {name: well, quality: [drift, quality], factor: 0.5, advisory: true, when: "list_price > 1"}
)";

TEST(LimitKeys, EveryKindIsRead) {
  const auto parsed = ParseContract(kAll);
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  const auto of = [&](std::string_view name) { return *parsed->FindLimit(name); };
  EXPECT_EQ(parsed->limits.size(), 16U);
  EXPECT_TRUE(parsed->not_enforced.empty());

  EXPECT_EQ(of("price").quantity, "");  // the decision itself
  EXPECT_EQ(of("price").then, LimitAction::kClamp);
  EXPECT_EQ(of("price").max->InUnitsOf(2), 20'050);
  EXPECT_FALSE(of("price").latch);
  EXPECT_EQ(of("price").line, 13U);
  EXPECT_EQ(DigitsOf(of("price"), *parsed), 2);
  EXPECT_EQ(DigitsOf(of("odds"), *parsed), 6);  // a score is no money

  EXPECT_EQ(of("near").collar.kind, CollarReference::Kind::kInput);
  EXPECT_EQ(of("near").collar.input, "list_price");
  EXPECT_EQ(of("near").within_relative->InUnitsOf(2), 25);
  EXPECT_EQ(of("near").within_absolute->InUnitsOf(0), 5);
  EXPECT_EQ(of("other").collar.kind, CollarReference::Kind::kChampion);
  EXPECT_EQ(of("usual").collar.decisions, 100U);
  EXPECT_EQ(of("usual").collar.constant->InUnitsOf(0), 45);
  EXPECT_EQ(of("usual").within_absolute->InUnitsOf(0), 30);

  EXPECT_TRUE(of("daily").latch);
  EXPECT_EQ(of("daily").window.length, hours(24));
  EXPECT_EQ(of("daily").window.buckets, 24U);
  EXPECT_EQ(of("daily").scope, LimitScope::kCaller);
  EXPECT_FALSE(of("net").latch);
  EXPECT_EQ(of("net").weight, LimitWeight::kNet);
  EXPECT_EQ(of("net").min->InUnitsOf(0), -100);
  EXPECT_EQ(of("net").window.kind, LimitWindow::Kind::kLifetime);
  EXPECT_EQ(of("number").kind, LimitKind::kCount);
  EXPECT_EQ(of("number").max->InUnitsOf(0), 1000);
  EXPECT_EQ(of("number").window.zone, "Europe/Moscow");
  EXPECT_EQ(of("number").per, std::vector<std::string>{"seat"});
  EXPECT_EQ(of("number").keys, 5000U);
}

TEST(LimitKeys, TheRestOfTheKinds) {
  const auto parsed = ParseContract(kAll);
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  const auto of = [&](std::string_view name) { return *parsed->FindLimit(name); };
  EXPECT_EQ(of("pace").rate_count, 100);
  EXPECT_EQ(of("pace").rate_period, std::chrono::seconds(1));
  EXPECT_EQ(of("pace").burst, 20);
  EXPECT_EQ(of("dear").quantity, "amount > 100");
  EXPECT_EQ(of("dear").max->InUnitsOf(2), 20);
  EXPECT_EQ(of("dear").after, 50);
  EXPECT_EQ(of("dear").window.kind, LimitWindow::Kind::kWeek);
  EXPECT_TRUE(of("open").latch);
  EXPECT_EQ(of("open").horizon, hours(7 * 24));
  EXPECT_TRUE(of("loss").latch && of("loss").drawdown_hard);
  EXPECT_EQ(of("loss").window.kind, LimitWindow::Kind::kLifetime);
  EXPECT_EQ(of("loss").worst, "120");
  EXPECT_TRUE(of("again").latch);
  EXPECT_EQ(of("again").max->InUnitsOf(0), 3);
  EXPECT_EQ(of("pull").reference_weeks, 2U);
  EXPECT_EQ(of("pull").max->InUnitsOf(2), 150);
  EXPECT_EQ(of("pull").at_least->InUnitsOf(0), 1000);
  EXPECT_EQ(of("fresh").model_age, hours(30 * 24));
  EXPECT_EQ(of("fresh").input_age, std::chrono::minutes(10));
  EXPECT_EQ(of("fresh").age_input, "asked_at");
  EXPECT_EQ(of("well").verdicts, (std::vector<std::string>{"drift", "quality"}));
  EXPECT_EQ(of("well").factor->InUnitsOf(1), 5);
  EXPECT_TRUE(of("well").advisory);
  EXPECT_EQ(of("well").when, "list_price > 1");
}

TEST(LimitKeys, AnErrorOfAnExpressionHasItsPlace) {
  const auto errors = CheckContract(
      "model: m\nowner: {team: t}\ninputs: {a: float64}\noutput: {name: p}\n"
      "limits: [{name: l, sum: \"a * scor\", over: 1d, max: 5}]\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].path, "limits[0].sum");
  EXPECT_EQ(errors[0].line, 5U);
  EXPECT_EQ(errors[0].column, 25U);
  EXPECT_NE(errors[0].message.find("scor"), std::string::npos);
}

TEST(LimitKeys, MoreThanTheMostAreRefused) {
  std::string text =
      "model: m\nowner: {team: t}\ninputs: {a: float64}\noutput: {name: p}\nlimits:\n";
  for (int i = 0; i < 65; ++i) text += "  - {name: l" + std::to_string(i) + ", rate: 1/s}\n";
  const auto errors = CheckContract(text);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message, "65 are too many");
}

}  // namespace
}  // namespace mooring::records
