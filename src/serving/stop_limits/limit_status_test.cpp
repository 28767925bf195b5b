#include "serving/stop_limits/limit_status.h"

#include <gtest/gtest.h>

#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::LimitKind;

records::LimitRule Sum(std::string name, std::int64_t max) {
  records::LimitRule rule = RuleOf(std::move(name), LimitKind::kSum);
  rule.max = data::Decimal(max);
  rule.window.kind = records::LimitWindow::Kind::kLifetime;
  rule.latch = true;
  return rule;
}

records::LimitRule Well(std::string_view factor) {
  records::LimitRule rule = RuleOf("well", LimitKind::kQuality);
  rule.verdicts = {"drift"};
  rule.factor = data::Decimal::Parse(factor);
  return rule;
}

TEST(StatusOf, TellsWhatIsUsedOfWhatIsInForce) {
  LimitBench bench(PricingContract({Sum("daily", 100)}));
  bench.Admit({.amount_minor = 2'500});
  bench.ledger.Recorded(bench.note, {1, 1, 1});
  auto status = StatusOf(*bench.set, bench.controls, bench.ledger);
  ASSERT_EQ(status.size(), 1u);
  EXPECT_EQ(status[0].limit->rule.name, "daily");
  EXPECT_EQ(status[0].max, 10'000);  // kopecks
  EXPECT_EQ(status[0].usage.current, 2'500);
  EXPECT_DOUBLE_EQ(*status[0].used(), 0.25);
  EXPECT_FALSE(status[0].changed);
  // People lower it: the same rule that decisions are judged by.
  bench.controls.limits["cover/daily"].max = 5'000;
  bench.controls.revision = 1;
  status = StatusOf(*bench.set, bench.controls, bench.ledger);
  EXPECT_EQ(status[0].max, 5'000);
  EXPECT_EQ(status[0].contract_max, 10'000);
  EXPECT_TRUE(status[0].changed);
  EXPECT_DOUBLE_EQ(*status[0].used(), 0.5);
}

TEST(StatusOf, TellsLatchesUntilTheyAreReleased) {
  LimitBench bench(PricingContract({Sum("daily", 100)}));
  bench.Advance(Micros(1));
  EXPECT_FALSE(bench.Admit({.amount_minor = 10'001}).admitted);
  bench.ledger.Recorded(bench.note, {1, 1, 1});
  auto status = StatusOf(*bench.set, bench.controls, bench.ledger);
  EXPECT_GT(status[0].usage.latched_at, 0);
  bench.controls.limits["cover/daily"].released_at = bench.Now();
  bench.controls.revision = 1;
  status = StatusOf(*bench.set, bench.controls, bench.ledger);
  EXPECT_EQ(status[0].usage.latched_at, 0);
  EXPECT_EQ(status[0].released_at, bench.Now());
}

TEST(StatusOf, FollowsRampsAndVerdicts) {
  LimitBench bench(PricingContract({Sum("daily", 100), Well("0.5")}));
  auto& ramp = bench.controls.limits["cover/daily"].ramp;
  ramp = {{bench.Now(), 100, 1000}, {bench.Now() + 1000, 1, 1}};
  bench.controls.revision = 1;
  const auto max = [&] { return StatusOf(*bench.set, bench.controls, bench.ledger)[0].max; };
  EXPECT_EQ(max(), 1'000);
  bench.Advance(Micros(1000));
  EXPECT_EQ(max(), 10'000);
  bench.controls.watch["cover"].standing = {{"drift", 3}};
  bench.controls.revision = 2;
  EXPECT_EQ(max(), 5'000);
  EXPECT_TRUE(StatusOf(*bench.set, bench.controls, bench.ledger)[1].stands);
  bench.controls.watch["cover"].standing = {{"drift", 2}};  // of another version
  bench.controls.revision = 3;
  EXPECT_EQ(max(), 10'000);
}

TEST(StatusOf, TellsNothingOfKeys) {
  records::LimitRule rule = Sum("seats", 100);
  rule.per = {"seat"};
  LimitBench bench(PricingContract({rule}));
  bench.Admit({.amount_minor = 2'500});
  const auto status = StatusOf(*bench.set, bench.controls, bench.ledger);
  EXPECT_TRUE(status[0].divided);
  EXPECT_EQ(status[0].usage.current, 0);
  EXPECT_FALSE(status[0].used().has_value());
}

TEST(StatusOf, TellsWhatARateAndAShareAreLoweredTo) {
  records::LimitRule rate = RuleOf("pace", LimitKind::kRate);
  rate.rate_count = 10;
  rate.rate_period = std::chrono::seconds(1);
  rate.burst = 1;
  records::LimitRule share = RuleOf("dear", LimitKind::kShare);
  share.quantity = "amount > 0";
  share.window.kind = records::LimitWindow::Kind::kLifetime;
  share.max = data::Decimal::Parse("0.2");
  LimitBench bench(PricingContract({rate, share}));
  auto status = StatusOf(*bench.set, bench.controls, bench.ledger);
  EXPECT_EQ(status[0].max, 10);
  EXPECT_EQ(status[0].digits, 0);
  EXPECT_EQ(status[1].max, 200'000'000);
  EXPECT_EQ(status[1].digits, 9);
  bench.controls.limits["cover/pace"].max = 2;  // decisions in its period
  bench.controls.limits["cover/dear"].max = 50'000'000;
  bench.controls.revision = 1;
  status = StatusOf(*bench.set, bench.controls, bench.ledger);
  EXPECT_EQ(status[0].max, 2);
  EXPECT_EQ(status[0].contract_max, 10);
  EXPECT_EQ(status[1].max, 50'000'000);
  EXPECT_EQ(status[1].contract_max, 200'000'000);
  // Decisions are held to it: two a second, not ten.
  EXPECT_TRUE(bench.Admit({}).admitted);
  bench.Advance(std::chrono::milliseconds(499));
  EXPECT_FALSE(bench.Admit({}).admitted);
  bench.Advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(bench.Admit({}).admitted);
}

TEST(StatusOf, HasNoUsageWhereThereIsNoBudget) {
  records::LimitRule bound = RuleOf("price", LimitKind::kBound);
  bound.max = data::Decimal(200);
  LimitBench bench(PricingContract({bound}));
  const auto status = StatusOf(*bench.set, bench.controls, bench.ledger);
  EXPECT_EQ(status[0].max, 20'000);
  EXPECT_FALSE(status[0].used().has_value());
}

}  // namespace
}  // namespace mooring::serving
