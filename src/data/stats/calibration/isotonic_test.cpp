#include "data/stats/calibration/isotonic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "data/stats/metrics/metric_vectors.h"

namespace mooring::data {
namespace {

constexpr double kClose = 1e-12;

// scikit-learn 1.2.1 on rows that both sides draw alike (tools/golden/metric_vectors.py), read off
// at 0, 0.05, …, 1.
TEST(Isotonic, EqualsScikitLearnOnDrawnRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/metrics.json");
  for (const Json& record : *vectors.GetArray("binary").value()) {
    SCOPED_TRACE("seed " + std::to_string(record.GetUint("seed").value()));
    const DrawnRows rows = DrawBinary(record);
    const std::vector<double> truth(rows.truth.begin(), rows.truth.end());
    const Isotonic curve = Isotonic::Fit(rows.scores, truth, rows.weights).value();
    const auto grid = NumbersAt(record, "isotonic");
    for (std::size_t i = 0; i < grid.size(); ++i) {
      EXPECT_NEAR(curve.At(static_cast<double>(i) / 20), grid[i], kClose) << i;
    }
  }
}

// scikit-learn 1.2.1 on stored rows: knots too.
TEST(Isotonic, EqualsScikitLearnOnStoredRows) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  for (const Json& record : *vectors.GetArray("binary_scores").value()) {
    const auto x = NumbersAt(record, "p"), y = NumbersAt(record, "y");
    const Isotonic curve = Isotonic::Fit(x, y).value();
    EXPECT_EQ(curve.knots_x(), NumbersAt(record, "isotonic_x"));
    const auto knots = NumbersAt(record, "isotonic_y");
    ASSERT_EQ(curve.knots_y().size(), knots.size());
    for (std::size_t i = 0; i < knots.size(); ++i) {
      EXPECT_NEAR(curve.knots_y()[i], knots[i], kClose);
    }
    for (const Json& point : *record.GetArray("isotonic_grid").value()) {
      const auto pair = NumbersOf(point);
      EXPECT_NEAR(curve.At(pair[0]), pair[1], kClose);
    }
  }
}

TEST(Isotonic, EqualsScikitLearnWithWeightsAndTies) {
  const Json vectors = ReadVectors(MOORING_SOURCE_DIR "/tests/golden/scipy/extra.json");
  const Json::Array& records = *vectors.GetArray("isotonic_weighted").value();
  ASSERT_EQ(records.size(), 4U);
  for (const Json& record : records) {
    const auto x = NumbersAt(record, "x"), y = NumbersAt(record, "y"), w = NumbersAt(record, "w");
    const Isotonic curve = Isotonic::Fit(x, y, w).value();
    EXPECT_EQ(curve.knots_x(), NumbersAt(record, "knots_x"));
    for (const Json& point : *record.GetArray("at").value()) {
      const auto pair = NumbersOf(point);
      EXPECT_NEAR(curve.At(pair[0]), pair[1], kClose);
    }
  }
}

// Of all non-decreasing curves the least squares: no pair of neighbouring blocks may be moved apart
// or together with gain, the mean is kept, and the order of rows does not matter.
TEST(Isotonic, KeepsTheMeanAndRises) {
  Rng rng(12);
  std::vector<double> x(400), y(400);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::floor(rng.Uniform() * 60);
    sum += y[i] = x[i] / 60 + rng.Uniform() - 0.5;
  }
  const Isotonic curve = Isotonic::Fit(x, y).value();
  EXPECT_TRUE(std::ranges::is_sorted(curve.knots_y()));
  double fitted = 0;
  for (const double at : x) fitted += curve.At(at);
  EXPECT_NEAR(fitted, sum, 1e-10);
  std::vector<double> back_x(x.rbegin(), x.rend()), back_y(y.rbegin(), y.rend());
  EXPECT_EQ(Isotonic::Fit(back_x, back_y)->knots_x(), curve.knots_x());
}

TEST(Isotonic, IsFlatBeyondItsKnots) {
  const Isotonic curve = Isotonic::FromKnots({1, 2}, {0.25, 0.75}).value();
  EXPECT_EQ(curve.At(-std::numeric_limits<double>::infinity()), 0.25);
  EXPECT_EQ(curve.At(1), 0.25);
  EXPECT_EQ(curve.At(1.5), 0.5);
  EXPECT_EQ(curve.At(2), 0.75);
  EXPECT_EQ(curve.At(1e308), 0.75);
  EXPECT_TRUE(std::isnan(curve.At(std::nan(""))));
  const Isotonic wide = Isotonic::FromKnots({-1.7e308, 1.7e308}, {0, 1}).value();
  EXPECT_NEAR(wide.At(0), 0.5, 1e-15);
  EXPECT_NEAR(wide.At(1.7e308 / 2), 0.75, 1e-15);
}

TEST(Isotonic, OfOnePointOrFallingPointsIsConstant) {
  const std::vector<double> x = {1, 2, 3}, falling = {3, 2, 1}, one = {5}, value = {0.3};
  const Isotonic constant = Isotonic::Fit(x, falling).value();
  EXPECT_EQ(constant.At(-9), 2);
  EXPECT_EQ(constant.At(9), 2);
  EXPECT_EQ(constant.knots_x(), (std::vector<double>{1, 3}));
  EXPECT_EQ(Isotonic::Fit(one, value)->At(77), 0.3);
}

TEST(Isotonic, KnotsComeBack) {
  const std::vector<double> x = {0.1, 0.4, 0.35, 0.8}, y = {0, 0, 1, 1};
  const Isotonic curve = Isotonic::Fit(x, y).value();
  const Isotonic again = Isotonic::FromKnots(curve.knots_x(), curve.knots_y()).value();
  for (double at = 0; at < 1; at += 0.01) EXPECT_EQ(again.At(at), curve.At(at));
}

TEST(Isotonic, RefusesWhatMakesNoSense) {
  const std::vector<double> two = {1, 2}, one = {1}, nan = {1, std::nan("")}, zero = {0, 0};
  EXPECT_FALSE(Isotonic::Fit({}, {}).ok());
  EXPECT_FALSE(Isotonic::Fit(two, one).ok());
  EXPECT_FALSE(Isotonic::Fit(nan, two).ok());
  EXPECT_FALSE(Isotonic::Fit(two, nan).ok());
  EXPECT_FALSE(Isotonic::Fit(two, two, zero).ok());
  EXPECT_FALSE(Isotonic::Fit(two, two, one).ok());
  EXPECT_FALSE(Isotonic::FromKnots({}, {}).ok());
  EXPECT_FALSE(Isotonic::FromKnots({1, 1}, {0, 1}).ok());
  EXPECT_FALSE(Isotonic::FromKnots({1, 2}, {1, 0}).ok());
  EXPECT_FALSE(Isotonic::FromKnots({1, 2}, {1}).ok());
  EXPECT_FALSE(Isotonic::FromKnots({1, INFINITY}, {0, 1}).ok());
}

}  // namespace
}  // namespace mooring::data
