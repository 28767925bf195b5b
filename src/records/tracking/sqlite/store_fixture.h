// StoreFixture: a tracking store in a directory of its own, on a simulated clock, for the tests of
// this folder.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "records/tracking/tracking_store.h"

namespace mooring::records {

class StoreFixture : public ::testing::Test {
 protected:
  static constexpr Millis kStart = 1'700'000'000'000;

  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ =
        ::testing::TempDir() + "tracking_" + std::to_string(::getpid()) + "_" + test->name();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    Reopen();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string path() const { return directory_ + "/tracking.db"; }
  void Reopen() {
    store_.reset();
    auto opened = OpenSqliteTracking({.file = path(), .clock = &clock_, .seed = ++seed_});
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    store_ = std::move(opened).value();
  }
  void Advance(Millis by) { clock_.Advance(std::chrono::milliseconds(by)); }

  std::string NewRunId(const std::string& experiment = "0") {
    auto run = store_->CreateRun({.experiment_id = experiment, .start = kStart});
    EXPECT_TRUE(run.ok()) << run.error().ToString();
    return run.ok() ? run->info.id : "";
  }
  static Metric Point(std::string key, double value, Millis timestamp = kStart,
                      std::int64_t step = 0) {
    Metric metric;
    metric.key = std::move(key);
    metric.value = value;
    metric.timestamp = timestamp;
    metric.step = step;
    return metric;
  }
  Status Log(const std::string& run, const std::vector<Metric>& metrics) {
    return store_->LogBatch(run, {.metrics = metrics});
  }

  template <typename T>
  static void ExpectError(const Result<T>& result, Code code, std::string_view message) {
    ASSERT_FALSE(result.ok()) << message;
    EXPECT_EQ(result.error().code(), code) << message;
    EXPECT_EQ(result.error().message(), message);
  }

  std::string directory_;
  SimulatedClock clock_;
  std::uint64_t seed_ = 0;
  std::unique_ptr<TrackingStore> store_;
};

}  // namespace mooring::records
