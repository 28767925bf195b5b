#include "app/controls_in_force.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace mooring::app {
namespace {

using records::LimitChange;
using records::LimitChangeKind;
using records::LimitKind;

records::LimitRule Rule(std::string name, LimitKind kind, std::string_view max) {
  records::LimitRule rule;
  rule.name = std::move(name);
  rule.kind = kind;
  rule.max = data::Decimal::Parse(max);
  return rule;
}

std::shared_ptr<const serving::Snapshot> Serving(std::vector<records::LimitRule> limits,
                                                 std::uint64_t revision = 1,
                                                 std::string currency = "RUB") {
  auto contract = std::make_shared<records::Contract>();
  contract->model = "cover";
  contract->decision.amount = "score";
  contract->decision.currency = std::move(currency);
  contract->limits = std::move(limits);
  auto version = std::make_shared<serving::ServedVersion>();
  version->number = 1;
  version->contract = contract;
  auto snapshot = std::make_shared<serving::Snapshot>();
  snapshot->revision = revision;
  serving::ServedModel& model = snapshot->models["cover"];
  model.name = "cover";
  model.champion = version;
  return snapshot;
}

class ControlsInForceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    book_ = std::move(records::LimitBook::Open(":memory:")).value();
    snapshot_ = Serving({Rule("daily", LimitKind::kSum, "500"), Rule("n", LimitKind::kCount, "9")});
  }
  ControlsInForce::Options Options() {
    return {.book = book_.get(), .snapshot = [this] { return snapshot_; }};
  }
  void Lower(std::string limit, std::string max, std::string over) {
    LimitChange change;
    change.kind = LimitChangeKind::kLower;
    change.model = "cover";
    change.limit = std::move(limit);
    change.max = std::move(max);
    change.over = std::move(over);
    change.reason = "r";
    change.maker = "ann";
    change.expires = Time(std::chrono::hours(2));
    ASSERT_TRUE(book_->Ask(change, Time(std::chrono::hours(1))).ok());
  }
  static std::optional<std::int64_t> MaxOf(const serving::LimitControls& controls,
                                           const std::string& limit) {
    const auto found = controls.limits.find("cover/" + limit);
    return found == controls.limits.end() ? std::nullopt : found->second.max;
  }
  std::unique_ptr<records::LimitBook> book_;
  std::shared_ptr<const serving::Snapshot> snapshot_;
};

TEST_F(ControlsInForceTest, GivesThresholdsInMinorUnitsOfTheContract) {
  ControlsInForce controls(Options());
  ASSERT_TRUE(controls.Refresh().ok());
  EXPECT_TRUE(controls.Current()->limits.empty());
  const std::uint64_t revision = controls.Current()->revision;
  Lower("daily", "400.05", "500");
  Lower("n", "3", "9");
  EXPECT_FALSE(controls.Current()->limits.contains("cover/daily"));  // not read yet
  ASSERT_TRUE(controls.Refresh().ok());
  EXPECT_EQ(MaxOf(*controls.Current(), "daily"), 40'005);  // kopecks
  EXPECT_EQ(MaxOf(*controls.Current(), "n"), 3);           // decisions
  EXPECT_GT(controls.Current()->revision, revision);
  // What does not differ is the same value.
  const std::uint64_t same = controls.Current()->revision;
  ASSERT_TRUE(controls.Refresh().ok());
  EXPECT_EQ(controls.Current()->revision, same);
}

TEST_F(ControlsInForceTest, TakesInContractsAsSoonAsTheyAreLoaded) {
  Lower("daily", "400.5", "500");
  ControlsInForce controls(Options());
  ASSERT_TRUE(controls.Refresh().ok());
  EXPECT_EQ(MaxOf(*controls.Current(), "daily"), 40'050);
  // The yen has no minor units: rounded down, never up.
  snapshot_ = Serving({Rule("daily", LimitKind::kSum, "500")}, 2, "JPY");
  EXPECT_EQ(MaxOf(*controls.Current(), "daily"), 400);
  // The contract was lowered by itself.
  snapshot_ = Serving({Rule("daily", LimitKind::kSum, "300")}, 3);
  EXPECT_EQ(MaxOf(*controls.Current(), "daily"), 30'000);
  snapshot_ = Serving({}, 4);
  EXPECT_TRUE(controls.Current()->limits.empty());
}

TEST_F(ControlsInForceTest, ARateIsLoweredInDecisionsOfItsPeriodAndAShareInBillionths) {
  const auto serve = [&](std::int64_t count, std::uint64_t revision) {
    records::LimitRule pace = Rule("pace", LimitKind::kRate, "0");
    pace.max.reset();
    pace.rate_count = count;
    snapshot_ = Serving({pace, Rule("dear", LimitKind::kShare, "0.2")}, revision);
  };
  serve(10, 2);
  Lower("pace", "4", "10");
  Lower("dear", "0.05", "0.2");
  ControlsInForce controls(Options());
  ASSERT_TRUE(controls.Refresh().ok());
  EXPECT_EQ(MaxOf(*controls.Current(), "pace"), 4);
  EXPECT_EQ(MaxOf(*controls.Current(), "dear"), 50'000'000);
  serve(3, 3);  // the contract was made stricter by itself
  EXPECT_EQ(MaxOf(*controls.Current(), "pace"), 3);
}

TEST_F(ControlsInForceTest, WhatElseIsLookedAtIsLookedAtAsOften) {
  std::atomic<int> looked{0};
  ControlsInForce::Options options = Options();
  options.also = [&] {
    ++looked;
    return Ok();
  };
  ControlsInForce controls(std::move(options));
  std::jthread run([&](const std::stop_token& stop) { controls.Run(stop); });
  while (looked < 2) std::this_thread::yield();
}

TEST_F(ControlsInForceTest, StopsWhatDoesNotFit) {
  records::LimitsInForce in_force;
  in_force.limits["cover/daily"].max = "9223372036854775807";
  in_force.limits["cover/daily"].over = "500";
  EXPECT_EQ(MaxOf(ControlsOf(in_force, *snapshot_, {}, {}), "daily"), 0);
}

TEST_F(ControlsInForceTest, TellsReleasesRampsAndTheWatch) {
  records::LimitsInForce in_force;
  records::LimitInForce& limit = in_force.limits["cover/daily"];
  limit.released = Time(Micros(77));
  limit.ramp = {{Time(Micros(77)), 100, 1000}, {Time(Micros(99)), 1, 1}};
  in_force.limits["other/daily"].max = "5";  // not loaded
  const auto controls =
      ControlsOf(in_force, *snapshot_, {{"cover", {{"drift", 3}}}, {"x", {}}}, {{"cover", 1234}});
  ASSERT_EQ(controls.limits.size(), 1u);
  const auto& made = controls.limits.at("cover/daily");
  EXPECT_FALSE(made.max.has_value());
  EXPECT_EQ(made.released_at, 77);
  ASSERT_EQ(made.ramp.size(), 2u);
  EXPECT_EQ(made.ramp[0].part, 100);
  EXPECT_EQ(made.ramp[1].from, 99);
  ASSERT_EQ(controls.watch.size(), 1u);
  EXPECT_EQ(controls.watch.at("cover").last_outcomes, 1234);
  EXPECT_EQ(controls.watch.at("cover").standing[0].verdict, "drift");
}

// Whoever was told that a lower holds may count on it: no decision goes on by the old one.
TEST_F(ControlsInForceTest, WaitsForDecisionsByTheOldOnes) {
  ControlsInForce controls(Options());
  ASSERT_TRUE(controls.Refresh().ok());
  auto held = controls.Current();
  Lower("daily", "1", "500");
  std::atomic<bool> let_go = false;
  std::thread decision([&] {
    // Goes on until the new ones are there for others.
    while (MaxOf(*controls.Current(), "daily") != 100) std::this_thread::yield();
    let_go = true;
    held.reset();
  });
  EXPECT_TRUE(controls.Refresh().ok());
  EXPECT_TRUE(let_go.load());
  decision.join();
}

TEST_F(ControlsInForceTest, KeepsWhatWasWhenTheWatchCannotBeRead) {
  bool fails = false;
  auto options = Options();
  options.standing = [&]() -> Result<Standings> {
    if (fails) return Error(Code::kUnavailable, "locked");
    return Standings{{"cover", {{"drift", 1}}}};
  };
  ControlsInForce controls(options);
  ASSERT_TRUE(controls.Refresh().ok());
  fails = true;
  Lower("daily", "1", "500");
  EXPECT_FALSE(controls.Refresh().ok());
  EXPECT_EQ(controls.Current()->watch.at("cover").standing.size(), 1u);
  EXPECT_EQ(MaxOf(*controls.Current(), "daily"), 100);  // what people said holds all the same
}

}  // namespace
}  // namespace mooring::app
