#include "records/tracking/sqlite/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "records/tracking/sqlite/store_fixture.h"

namespace mooring::records {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class MetricsTest : public StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    run_ = NewRunId();
  }
  std::vector<MetricPoint> History(const std::string& key) {
    std::vector<MetricPoint> points;
    const auto page = store_->MetricHistory(run_, key, 0, "");
    for (const Metric& metric : page->items) points.push_back(metric);
    return points;
  }
  Metric Latest(std::size_t i = 0) { return store_->GetRun(run_)->metrics.at(i); }
  std::string run_;
};

TEST_F(MetricsTest, TheLatestIsTheGreatestByStepThenTimestampThenValue) {
  struct Case {
    Metric next;
    double latest;
  };
  const std::vector<Case> cases = {
      {Point("m", 1, 100, 5), 1}, {Point("m", 2, 999, 4), 1},     {Point("m", 3, 99, 5), 1},
      {Point("m", 0, 100, 5), 1}, {Point("m", 1.5, 100, 5), 1.5}, {Point("m", 4, 101, 5), 4},
      {Point("m", -9, 0, 6), -9}, {Point("m", 7, 0, -3), -9},     {Point("m", kNan, 0, 6), -9}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    ASSERT_TRUE(Log(run_, {cases[i].next}).ok());
    EXPECT_EQ(Latest().value, cases[i].latest) << i;
    EXPECT_EQ(History("m").size(), i + 1);
  }
}

TEST_F(MetricsTest, APointThatIsThereAlreadyIsPassedOver) {
  const std::vector<Metric> points = {Point("m", 1, 1, 1), Point("m", 2, 2, 2),
                                      Point("m", kNan, 3, 3), Point("m", 0.0, 4, 4)};
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(Log(run_, points).ok());
    for (const Metric& point : points) ASSERT_TRUE(Log(run_, {point, point}).ok());
    ASSERT_TRUE(Log(run_, {Point("m", -0.0, 4, 4)}).ok());
    EXPECT_EQ(History("m").size(), 4u);
    Reopen();
  }
  ASSERT_TRUE(Log(run_, {Point("m", 1, 1, 2)}).ok());
  EXPECT_EQ(History("m").size(), 5u);
}

TEST_F(MetricsTest, EveryDoubleAndEveryWholeNumberComesBack) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  const std::vector<double> values = {kNan,   kInfinity, -kInfinity, 1.7976931348623157e308,
                                      5e-324, -1.5,      0.1,        3};
  std::vector<Metric> points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    points.push_back(Point("m", values[i], i % 2 == 0 ? 0 : kMost - Millis(i), Millis(i)));
  }
  points.push_back(Point("m", 1, 1, kLeast));
  points.push_back(Point("m", 1, 1, kMost));
  ASSERT_TRUE(Log(run_, points).ok());
  Reopen();
  const auto history = store_->MetricHistory(run_, "m", 0, "")->items;
  ASSERT_EQ(history.size(), points.size());
  for (const Metric& point : points) {
    const auto same = [&](const Metric& other) {
      return other.step == point.step && other.timestamp == point.timestamp &&
             (other.value == point.value || (std::isnan(other.value) && std::isnan(point.value)));
    };
    EXPECT_EQ(std::count_if(history.begin(), history.end(), same), 1) << point.step;
  }
  EXPECT_EQ(Latest().step, kMost);
}

TEST_F(MetricsTest, ANaNThatIsLatestIsToldAsNaN) {
  ASSERT_TRUE(Log(run_, {Point("m", kNan), Point("i", -kInfinity)}).ok());
  EXPECT_EQ(Latest(0).value, -kInfinity);
  EXPECT_TRUE(std::isnan(Latest(1).value));
}

TEST_F(MetricsTest, ManyBlocksKeepEveryPointOfEveryKey) {
  constexpr int kKeys = 7, kEach = 900;
  std::vector<Metric> batch;
  for (int i = 0; i < kEach; ++i) {
    for (int k = 0; k < kKeys; ++k) {
      batch.push_back(Point("m" + std::to_string(k), std::sin(i * kKeys + k), kStart + i, i));
      if (batch.size() == 1000) {
        ASSERT_TRUE(Log(run_, batch).ok());
        batch.clear();
      }
    }
  }
  ASSERT_TRUE(Log(run_, batch).ok());
  for (int k = 0; k < kKeys; ++k) {
    const auto history = History("m" + std::to_string(k));
    ASSERT_EQ(history.size(), static_cast<std::size_t>(kEach));
    for (int i = 0; i < kEach; ++i) {
      EXPECT_EQ(history[static_cast<std::size_t>(i)].value, std::sin(i * kKeys + k));
    }
  }
  EXPECT_EQ(Latest(3).value, std::sin((kEach - 1) * kKeys + 3));
}

TEST_F(MetricsTest, AMetricWithAModelIsTheModelsToo) {
  const std::string model = store_->CreateLoggedModel({.experiment_id = "0"})->id;
  Metric metric = Point("auc", 0.5, 10, 1);
  metric.model_id = model;
  metric.dataset_name = "train";
  metric.dataset_digest = "d1";
  Metric older = metric, other = metric;
  older.step = 0;
  other.dataset_name = "test";
  ASSERT_TRUE(Log(run_, {metric, older, other}).ok());
  const LoggedModel read = *store_->GetLoggedModel(model);
  ASSERT_EQ(read.metrics.size(), 2u);
  EXPECT_EQ(read.metrics[0].dataset_name, "test");
  EXPECT_EQ(read.metrics[1].dataset_name, "train");
  EXPECT_EQ(read.metrics[1].step, 1);
  EXPECT_EQ(read.metrics[1].run_id, run_);
  EXPECT_EQ(read.metrics[1].model_id, model);
  metric.model_id = "m-none";
  ExpectError(Log(run_, {Point("x", 1), metric}), Code::kNotFound,
              "Logged model with ID 'm-none' not found.");
  EXPECT_TRUE(History("x").empty());
}

}  // namespace
}  // namespace mooring::records
