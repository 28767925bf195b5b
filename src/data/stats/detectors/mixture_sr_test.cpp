#include "data/stats/detectors/mixture_sr.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace mooring::data {
namespace {

TEST(MixtureSr, WithABaselineIsTheBoundedEDetectorOnScaledValues) {
  MixtureSr mixture =
      MixtureSr::Make(
          {.test = {.baseline = 30, .deviation = 10}, .learn = false, .low = 10, .high = 110})
          .value();
  BoundedEDetector same = BoundedEDetector::Make({.baseline = 0.2, .deviation = 0.1}).value();
  Rng rng(1);
  for (int i = 0; i < 300; ++i) {
    const double x = rng.Uniform() * 0.6;
    ASSERT_EQ(mixture.Add(10 + 100 * x), same.Add(x)) << i;
  }
  EXPECT_EQ(same.state(), DetectorState::kDrift);
}

TEST(MixtureSr, LearnsItsBaselineFirst) {
  MixtureSr mixture = MixtureSr::Make({.test = {.reference_rows = 1000}}).value();
  Rng rng(6);
  for (int i = 0; i < 999; ++i) {
    ASSERT_EQ(mixture.Add(rng.Uniform() < 0.2), DetectorState::kStable);
    ASSERT_EQ(mixture.test(), nullptr);
  }
  mixture.Add(0);
  ASSERT_NE(mixture.test(), nullptr);
  EXPECT_NEAR(mixture.test()->highest_mean(), 0.2 + 1.5 * 0.4 / std::sqrt(1000) + 0.00225, 0.03);
  int rows = 0;
  while (mixture.Add(rng.Uniform() < 0.6) != DetectorState::kDrift) ASSERT_LT(++rows, 200);
  EXPECT_EQ(mixture.Add(0), DetectorState::kDrift) << "it does not restart itself";
  mixture.Reset();
  EXPECT_EQ(mixture.state(), DetectorState::kStable);
  EXPECT_EQ(mixture.test(), nullptr) << "it learns anew";
}

TEST(MixtureSr, LearnsFromAConstantAndSeesItMove) {
  MixtureSr mixture = MixtureSr::Make({.test = {.reference_rows = 500}}).value();
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(mixture.Add(0.3), DetectorState::kStable);
  int rows = 0;
  while (mixture.Add(0.5) != DetectorState::kDrift) ASSERT_LT(++rows, 200);
}

TEST(MixtureSr, RefusesOptionsThatMakeNoSense) {
  EXPECT_FALSE(MixtureSr::Make({.low = 1, .high = 1}).ok());
  EXPECT_FALSE(MixtureSr::Make({.low = 2, .high = 1}).ok());
  EXPECT_FALSE(MixtureSr::Make({.test = {.reference_rows = 1}}).ok()) << "nothing to learn from";
  EXPECT_FALSE(MixtureSr::Make({.test = {.baseline = 3}, .learn = false}).ok()) << "not in range";
  EXPECT_FALSE(MixtureSr::Make({.test = {.reference_rows = 5000, .family = 0}}).ok());
}

}  // namespace
}  // namespace mooring::data
