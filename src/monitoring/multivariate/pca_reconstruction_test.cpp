#include "monitoring/multivariate/pca_reconstruction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/rng.h"
#include "monitoring/multivariate/frames_for_tests.h"

namespace mooring::monitoring {
namespace {

using ::testing::HasSubstr;

double Normal(Rng& rng) {
  const double u = rng.Uniform(), v = rng.Uniform();
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(2 * std::numbers::pi * v);
}

// Six standard normal features; `a` and `b` are correlated with r, the others are alone.
data::Batch Six(std::size_t rows, std::uint64_t seed, double r) {
  Rng rng(seed);
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) columns.push_back({name, {}});
  for (std::size_t row = 0; row < rows; ++row) {
    const double a = Normal(rng);
    columns[0].second.push_back(a);
    columns[1].second.push_back(r * a + std::sqrt(1 - r * r) * Normal(rng));
    for (std::size_t i = 2; i < 6; ++i) columns[i].second.push_back(Normal(rng));
  }
  return FrameOf(columns, {});
}

// Points on the line y = 2x are their own reconstruction by one axis; a point off it is as far from
// its reconstruction as from the line (in deviations).
TEST(PcaReconstruction, IsTheDistanceFromTheAxis) {
  auto model = PcaReconstruction::Fit(FrameOf({{"x", {-1, 0, 1, 2}}, {"y", {-2, 0, 2, 4}}}, {}),
                                      {.variance = 0.9});
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->axes(), 1U);
  EXPECT_NEAR(model->variance_shares()[0], 1, 1e-15);
  EXPECT_NEAR(model->reference_error(), 0, 1e-14);
  const double scale = std::sqrt(1.25);  // of x; y's is twice that
  auto errors = model->RowErrors(FrameOf({{"x", {0.5, 5, 0.5}}, {"y", {1, 10, 5}}}, {}));
  ASSERT_TRUE(errors.ok());
  EXPECT_NEAR((*errors)[0], 0, 1e-14);
  EXPECT_NEAR((*errors)[1], 0, 1e-13);
  EXPECT_NEAR((*errors)[2], 4 / (2 * scale) / std::sqrt(2.0), 1e-13);
  // Nothing varies around the axis, so any difference is infinitely many deviations.
  auto score = model->ScoreWindow(FrameOf({{"x", {0.5}}, {"y", {5}}}, {}));
  EXPECT_GT(score->z, 1e6);
  EXPECT_TRUE(std::isnan(score->deviation)) << "one row has none";
}

TEST(PcaReconstruction, FindsABrokenCorrelationThatNoFeatureShows) {
  auto model = PcaReconstruction::Fit(Six(20'000, 1, 0.9), {});
  ASSERT_TRUE(model.ok());
  auto same = model->ScoreWindow(Six(2000, 2, 0.9));
  ASSERT_TRUE(same.ok());
  EXPECT_LT(std::abs(same->z), 3.5);
  auto broken = model->ScoreWindow(Six(2000, 3, -0.9));
  ASSERT_TRUE(broken.ok());
  EXPECT_GT(broken->z, 10);
  EXPECT_EQ(broken->rows, 2000U);
  const std::vector<std::string> first = {broken->contributions[0].feature,
                                          broken->contributions[1].feature};
  EXPECT_THAT(first, ::testing::UnorderedElementsAre("a", "b"));
  EXPECT_GT(broken->contributions[0].error, 3 * broken->contributions[0].reference);
  EXPECT_LT(std::abs(broken->contributions[2].z), 4);
}

// z of windows like the reference: mean about 0, deviation about 1.
TEST(PcaReconstruction, ZIsStandardWithoutDrift) {
  auto model = PcaReconstruction::Fit(Six(20'000, 1, 0.5), {});
  ASSERT_TRUE(model.ok());
  double sum = 0, squares = 0;
  for (std::uint64_t seed = 100; seed < 300; ++seed) {
    const double z = model->ScoreWindow(Six(300, seed, 0.5))->z;
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / 200, 0, 0.35);
  EXPECT_NEAR(std::sqrt(squares / 200), 1, 0.25);
}

// Of rows that are worth a quarter z is half, with a reference so large that it adds nothing.
TEST(PcaReconstruction, SerialDependenceMakesRowsWorthLess) {
  auto model = PcaReconstruction::Fit(Six(50'000, 1, 0.9), {});
  ASSERT_TRUE(model.ok());
  const data::Batch window = Six(200, 3, -0.9);
  const double full = model->ScoreWindow(window)->z;
  EXPECT_NEAR(model->ScoreWindow(window, 0.25)->z, full / 2, 0.01 * full);
  for (const double worth : {0.0, -1.0, 1.5, std::nan("")}) {
    EXPECT_FALSE(model->ScoreWindow(window, worth).ok()) << worth;
  }
}

TEST(PcaReconstruction, ComesBackFromJsonBitForBit) {
  auto model = PcaReconstruction::Fit(
      FrameOf({{"x", {1, 2, 3.5, 7}}, {"const", {3, 3, 3, 3}}}, {{"town", {"a", "b", "", "a"}}}),
      {});
  ASSERT_TRUE(model.ok());
  const std::string json = model->ToJson();
  auto back = PcaReconstruction::FromJson(json);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->ToJson(), json);
  EXPECT_EQ(back->encoder().columns(), model->encoder().columns());
  const data::Batch window = FrameOf({{"x", {9, 1}}, {"const", {3, 4}}}, {{"town", {"z", "b"}}});
  EXPECT_EQ(*back->RowErrors(window), *model->RowErrors(window));
  EXPECT_EQ(back->ScoreWindow(window)->z, model->ScoreWindow(window)->z);
}

TEST(PcaReconstruction, DamagedJsonIsRefused) {
  auto model = PcaReconstruction::Fit(FrameOf({{"x", {1, 2, 4}}, {"y", {1, 0, 7}}}, {}), {});
  const std::string json = model->ToJson();
  const std::pair<std::string, std::string> damages[] = {
      {R"("reconstruction":1)", R"("reconstruction":2)"},
      {R"("reference_rows":3)", R"("reference_rows":1)"},
      {R"("scale":)", R"("scale":-)"},
      {R"("axes":[)", R"("axes":[0.5,)"},
      {R"("name":"x")", R"("name":"")"},
      {R"("error":)", R"("error":-)"},
      {R"("name":"y")", R"("name":"y","shares":{"a":1.5})"},
      {R"("name":"y")", R"("name":"y","colour":1)"},
      {R"("columns":)", R"("lines":)"}};
  for (const auto& [from, to] : damages) {
    std::string damaged = json;
    const std::size_t at = damaged.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    damaged.replace(at, from.size(), to);
    EXPECT_FALSE(PcaReconstruction::FromJson(damaged).ok()) << to;
  }
  for (std::size_t size = 0; size < json.size(); size += 7) {
    EXPECT_FALSE(PcaReconstruction::FromJson(std::string_view(json).substr(0, size)).ok());
  }
}

TEST(PcaReconstruction, WhatDoesNotFitIsRefused) {
  const data::Batch two = FrameOf({{"x", {1, 2}}}, {});
  EXPECT_FALSE(PcaReconstruction::Fit(two, {.variance = 0}).ok());
  EXPECT_FALSE(PcaReconstruction::Fit(two, {.variance = 1}).ok());
  EXPECT_FALSE(PcaReconstruction::Fit(two, {.variance = std::nan("")}).ok());
  EXPECT_FALSE(PcaReconstruction::Fit(FrameOf({{"x", {1}}}, {}), {}).ok());
  auto model = PcaReconstruction::Fit(two, {});
  ASSERT_TRUE(model.ok());
  EXPECT_FALSE(model->ScoreWindow(FrameOf({{"x", {}}}, {})).ok());
  EXPECT_FALSE(model->ScoreWindow(FrameOf({{"y", {1}}}, {})).ok());
}

// Constants only: no axes; the error is how far a row is from them.
TEST(PcaReconstruction, ConstantsHaveNoAxes) {
  auto model = PcaReconstruction::Fit(FrameOf({{"x", {7, 7, 7}}}, {}), {});
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->axes(), 0U);
  EXPECT_EQ(*model->RowErrors(FrameOf({{"x", {7, 7.5}}}, {})), (std::vector<double>{0, 0.5}));
  EXPECT_EQ(model->ScoreWindow(FrameOf({{"x", {7, 7}}}, {}))->z, 0);
}

}  // namespace
}  // namespace mooring::monitoring
