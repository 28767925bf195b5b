#include "serving/stop_limits/limit_keys.h"

#include <gtest/gtest.h>

#include "serving/stop_limits/limit_set_for_tests.h"

namespace mooring::serving {
namespace {

using records::LimitKind;

records::LimitRule OfSeats(std::string name, LimitKind kind, std::int64_t max) {
  records::LimitRule rule = RuleOf(std::move(name), kind);
  rule.max = data::Decimal(max);
  rule.per = {"seat"};
  rule.keys = 50;
  rule.window.kind = records::LimitWindow::Kind::kLifetime;
  rule.latch = true;
  return rule;
}

struct LimitKeysTest : ::testing::Test {
  LimitKeysTest() {
    records::LimitRule undivided = OfSeats("all", LimitKind::kCount, 1000);
    undivided.per.clear();
    bench.emplace(PricingContract({undivided, OfSeats("seat", LimitKind::kSum, 100)}));
  }
  bool Decide(std::string seat, std::int64_t amount_minor) {
    bench->Advance(Micros(1));
    bench->note.Clear();
    const bool admitted =
        bench->Admit({.amount_minor = amount_minor, .seat = std::move(seat)}).admitted;
    bench->ledger.Recorded(bench->note, {1, 1, next++});
    return admitted;
  }
  LimitKeys Keys(std::size_t most) {
    return KeysOf(*bench->set, bench->controls, bench->ledger, most).at(1);
  }
  std::optional<LimitBench> bench;
  std::uint32_t next = 1;
};

TEST_F(LimitKeysTest, AreCountedAndTheNearestAreTold) {
  EXPECT_EQ(Keys(5).in_use, 0u);
  for (int i = 1; i <= 9; ++i) EXPECT_TRUE(Decide("s" + std::to_string(i), i * 1'000));
  const LimitKeys keys = Keys(3);
  EXPECT_EQ(keys.in_use, 9u);
  EXPECT_EQ(keys.most, 50u);
  EXPECT_EQ(keys.latched, 0u);
  ASSERT_EQ(keys.first.size(), 3u);
  EXPECT_DOUBLE_EQ(*keys.first[0].used, 0.9);
  EXPECT_DOUBLE_EQ(*keys.first[2].used, 0.7);
  EXPECT_EQ(keys.first[0].usage.current, 9'000);
  EXPECT_TRUE(Keys(0).first.empty());
  EXPECT_EQ(Keys(100).first.size(), 9u);
  const LimitKeys none = KeysOf(*bench->set, bench->controls, bench->ledger, 5).at(0);
  EXPECT_EQ(none.most, 0u) << "not divided";
}

TEST_F(LimitKeysTest, ThatAreShutComeFirstUntilTheyAreReleased) {
  EXPECT_TRUE(Decide("near", 9'900));
  EXPECT_TRUE(Decide("shut", 100));
  EXPECT_FALSE(Decide("shut", 10'000));
  LimitKeys keys = Keys(1);
  EXPECT_EQ(keys.in_use, 2u);
  EXPECT_EQ(keys.latched, 1u);
  ASSERT_EQ(keys.first.size(), 1u);
  EXPECT_GT(keys.first[0].usage.latched_at, 0);
  EXPECT_DOUBLE_EQ(*keys.first[0].used, 0.01);
  bench->controls.limits["cover/seat"].released_at = bench->Now();
  bench->controls.revision = 1;
  keys = Keys(1);
  EXPECT_EQ(keys.latched, 0u);
  EXPECT_DOUBLE_EQ(*keys.first[0].used, 0.99);
}

// More than a slice: none is lost or told twice.
TEST_F(LimitKeysTest, AreAllSeenThroughManySlices) {
  records::LimitRule rule = OfSeats("seat", LimitKind::kSum, 100);
  rule.keys = 10'000;
  bench.emplace(PricingContract({rule}));
  for (int i = 0; i < 2'500; ++i) ASSERT_TRUE(Decide("s" + std::to_string(i), 1));
  const LimitKeys keys = KeysOf(*bench->set, bench->controls, bench->ledger, 4'000).at(0);
  EXPECT_EQ(keys.in_use, 2'500u);
  EXPECT_EQ(keys.first.size(), 2'500u);
}

}  // namespace
}  // namespace mooring::serving
