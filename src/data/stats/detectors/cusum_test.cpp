#include "data/stats/detectors/cusum.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace mooring::data {
namespace {

// From the rule: each value of 1.5 deviations adds 1.5 - 0.5 = 1, so the fifth reaches 5.
TEST(Cusum, AlarmsWhereTheRuleSays) {
  for (const double sign : {1.0, -1.0}) {
    Cusum cusum({.mean = 10, .deviation = 2});
    for (int i = 0; i < 4; ++i) EXPECT_EQ(cusum.Add(10 + sign * 3), DetectorState::kStable);
    EXPECT_EQ(cusum.Add(10 + sign * 3), DetectorState::kDrift);
    EXPECT_EQ(cusum.Add(10 + sign * 3), DetectorState::kStable) << "it starts anew";
  }
}

TEST(Cusum, LooksWhereItIsTold) {
  Cusum up({.deviation = 1, .direction = Direction::kUp});
  Cusum down({.deviation = 1, .direction = Direction::kDown});
  EXPECT_EQ(up.Add(-100), DetectorState::kStable);
  EXPECT_EQ(down.Add(100), DetectorState::kStable);
  EXPECT_EQ(up.Add(100), DetectorState::kDrift);
  EXPECT_EQ(down.Add(-100), DetectorState::kDrift);
}

TEST(Cusum, LearnsMeanAndDeviationFirst) {
  Cusum learner({.learn_rows = 4});
  // 1, 1, 5, 5: mean 3, sample deviation sqrt(16/3).
  Cusum same({.mean = 3, .deviation = std::sqrt(16.0 / 3)});
  for (const double x : {1.0, 1.0, 5.0, 5.0}) ASSERT_EQ(learner.Add(x), DetectorState::kStable);
  Rng rng(5);
  for (int i = 0; i < 1000; ++i) {
    const double x = 3 + 8 * (rng.Uniform() - 0.45);
    ASSERT_EQ(learner.Add(x), same.Add(x)) << i;
    if (learner.state() == DetectorState::kDrift) return;  // the learner learns anew from here
  }
  FAIL() << "no drift found";
}

TEST(Cusum, AConstantThatMovesAfterLearningIsADrift) {
  Cusum cusum({.learn_rows = 10});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(cusum.Add(7), DetectorState::kStable);
  EXPECT_EQ(cusum.Add(7.5), DetectorState::kDrift);
}

// ln LR of a one is ln(0.2/0.1), of a zero ln(0.8/0.9), by hand.
TEST(RateCusum, SumsTheLogLikelihoodRatio) {
  RateCusum cusum =
      RateCusum::Make({.p0 = 0.1, .p1 = 0.2, .threshold = 3 * std::log(2) - 1e-9}).value();
  EXPECT_EQ(cusum.Add(0), DetectorState::kStable) << "never below zero";
  EXPECT_EQ(cusum.Add(1), DetectorState::kStable);
  EXPECT_EQ(cusum.Add(1), DetectorState::kStable);
  EXPECT_EQ(cusum.Add(1), DetectorState::kDrift);
  EXPECT_EQ(cusum.Add(1), DetectorState::kStable);
  EXPECT_EQ(cusum.Add(0), DetectorState::kStable) << "ln(8/9) down: three more are needed";
  EXPECT_EQ(cusum.Add(1), DetectorState::kStable);
  EXPECT_EQ(cusum.Add(1), DetectorState::kStable);
  EXPECT_EQ(cusum.Add(1), DetectorState::kDrift);
}

// Lorden's bound: mean time to a false alarm at least e^5 = 148 values.
TEST(RateCusum, KeepsItsBoundOnFalseAlarms) {
  RateCusum cusum = RateCusum::Make({.p0 = 0.3, .p1 = 0.5, .threshold = 5}).value();
  Rng rng(9);
  int alarms = 0;
  constexpr int kRows = 1'000'000;
  for (int i = 0; i < kRows; ++i) {
    alarms += cusum.Add(rng.Uniform() < 0.3) == DetectorState::kDrift;
  }
  EXPECT_GT(alarms, 0);
  EXPECT_LT(alarms, kRows / 148);
}

TEST(RateCusum, TwoSidedSeesTheOtherSide) {
  RateCusum one = RateCusum::Make({.p0 = 0.3, .p1 = 0.5, .threshold = 5}).value();
  RateCusum two =
      RateCusum::Make({.p0 = 0.3, .p1 = 0.5, .threshold = 5, .two_sided = true}).value();
  bool seen = false;
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(one.Add(0), DetectorState::kStable);
    seen = two.Add(0) == DetectorState::kDrift || seen;
  }
  EXPECT_TRUE(seen);
}

TEST(RateCusum, RefusesWhatAreNotTwoRates) {
  for (const auto& [p0, p1] : {std::pair(0.0, 0.5), std::pair(0.5, 1.0), std::pair(0.2, 0.2),
                               std::pair(-1.0, 0.5), std::pair(0.5, std::nan(""))}) {
    EXPECT_FALSE(RateCusum::Make({.p0 = p0, .p1 = p1}).ok()) << p0 << " " << p1;
  }
}

}  // namespace
}  // namespace mooring::data
