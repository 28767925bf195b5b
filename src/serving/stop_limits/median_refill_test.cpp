#include "serving/stop_limits/median_refill.h"

#include <gtest/gtest.h>

#include "records/journal/journal_fixture.h"
#include "serving/stop_limits/median_ring.h"
#include "serving/stop_limits/realised_result_for_tests.h"

namespace mooring::serving {
namespace {

records::LimitRule MedianCollar(std::uint32_t decisions) {
  records::LimitRule rule = RuleOf("usual", records::LimitKind::kCollar);
  rule.collar.kind = records::CollarReference::Kind::kMedian;
  rule.collar.decisions = decisions;
  rule.collar.constant = data::Decimal(50);
  rule.within_absolute = data::Decimal(1'000);
  rule.quantity = "list_price";
  rule.when = "list_price != 999";
  rule.then = records::LimitAction::kDeny;
  return rule;
}

struct MedianRefillTest : ::testing::Test {
  MedianRefillTest() : bench(CoverContract({MedianCollar(3)}), *journal) {}
  std::optional<std::int64_t> Median() const { return bench.set->limits()[0].median->Median(); }
  void Refill() {
    ASSERT_TRUE(RefillMedians(std::vector{bench.set}, *journal, files, "data/journal").ok());
  }

  SimulatedFileSystem files;
  SimulatedClock clock;
  std::unique_ptr<records::Journal> journal =
      records::Journal::Open(records::TestOptions(files, clock)).value();
  ResultBench bench;
};

TEST_F(MedianRefillTest, ARestartKnowsTheMedianAgain) {
  for (const double price : {10.0, 60.0, 5'000.0, 20.0, 999.0, 40.0}) bench.Decide(price);
  ASSERT_EQ(Median(), 4'000) << "of 60, 20 and 40: the dear one was denied, 999 is not concerned";
  bench.Compile();
  EXPECT_FALSE(Median().has_value()) << "as after a start";
  Refill();
  EXPECT_EQ(Median(), 4'000);
}

TEST_F(MedianRefillTest, OtherVersionsAndTooFewDecisionsGiveNone) {
  for (const double price : {10.0, 60.0}) bench.Decide(price);
  bench.Compile();
  Refill();
  EXPECT_FALSE(Median().has_value());
  auto other = *bench.binding;
  other.version = 2;
  bench.binding = std::make_shared<const records::Binding>(other);
  for (const double price : {10.0, 60.0, 70.0}) bench.Decide(price);
  bench.Compile();
  Refill();
  EXPECT_FALSE(Median().has_value());
}

TEST_F(MedianRefillTest, WithoutAMedianNothingIsRead) {
  const ResultBench plain(CoverContract({}), *journal);
  EXPECT_TRUE(MedianRefill(std::vector{plain.set}).empty());
  EXPECT_TRUE(MedianRefill(std::vector<std::shared_ptr<const LimitSet>>{nullptr}).empty());
}

}  // namespace
}  // namespace mooring::serving
