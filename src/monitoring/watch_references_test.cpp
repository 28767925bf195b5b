// What the watch holds windows against, and what it says beside drift.
#include <gtest/gtest.h>

#include "monitoring/watch_fixture.h"

namespace mooring::monitoring {
namespace {

std::string With(const std::string& monitor, const std::string& rest = "") {
  return "model: price\nowner: {team: pricing}\ninputs: {x: {type: float64}}\n"
         "output: {name: prediction, task: regression}\n" +
         rest + "monitor:\n  window: {rows: 500, every: 1h, min_rows: 200}\n  " + monitor + "\n";
}

TEST_F(WatchTest, WindowsBeforeStandInForTheTrainingData) {
  Apply(With("reference: previous", "purpose: moved\n"));
  const auto watch = MakeWatch();
  // Traffic that differs from training: drift at first, so it never becomes the norm.
  for (int window = 0; window < 6; ++window) Decide(500, 1, 3);
  ASSERT_TRUE(watch->CatchUp().ok());
  for (const WindowReport& report : Windows()) {
    EXPECT_EQ(report.reference, "training");
    EXPECT_EQ(report.verdict, WindowVerdict::kDrift);
  }
  // What has not drifted is taken in, and later windows are held against it.
  for (int window = 0; window < 8; ++window) Decide(500, 1, 0);
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(Windows().front().reference, "previous");
  EXPECT_EQ(Windows().front().verdict, WindowVerdict::kOk);
  EXPECT_EQ(Windows().front().features[0].reference_rows, 2000U + 1500U);
}

TEST_F(WatchTest, APeriodOfTheJournalIsTheReference) {
  for (int window = 0; window < 5; ++window) Decide(500, 1, 3);  // before the contract changed
  const Time end = clock_.Now();
  Apply(
      With("reference: fixed\n  fixed: {from: 1970-01-01T00:00:00Z, to: " + FormatTime(end) + "}"));
  const auto watch = MakeWatch();
  Decide(500, 1, 3);
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_TRUE(problems_.empty()) << problems_[0];
  const WindowReport newest = Windows().front();
  EXPECT_EQ(newest.reference, "fixed");
  EXPECT_EQ(newest.features[0].reference_rows, 2500U);
  EXPECT_EQ(newest.verdict, WindowVerdict::kOk);
}

TEST_F(WatchTest, SlicesAreJudgedApart) {
  const auto watch = MakeWatch();
  // x above 0 as ever, below 0 far off: the whole moves little.
  Decide(500);
  ASSERT_TRUE(watch->CatchUp().ok());
  const WindowReport report = Windows().front();
  ASSERT_EQ(report.slices.size(), 2U);
  EXPECT_EQ(report.slices[0].slice, "x < 0");
  EXPECT_NEAR(report.slices[0].share, 0.5, 0.1);
  EXPECT_NEAR(report.slices[0].reference_share, 0.5, 0.02);
  EXPECT_EQ(report.slices[0].verdict, WindowVerdict::kOk);
}

TEST_F(WatchTest, SmallSlicesGoOnIntoTheNextWindow) {
  const auto watch = MakeWatch();
  Decide(500, 1, 1.5);  // few below 0
  ASSERT_TRUE(watch->CatchUp().ok());
  EXPECT_EQ(Windows().front().slices[0].verdict, WindowVerdict::kNotEnoughData);
  const std::uint64_t first = Windows().front().slices[0].rows;
  EXPECT_LT(first, 200U);
  for (int window = 0; window < 9; ++window) Decide(500, 1, 1.5);
  ASSERT_TRUE(watch->CatchUp().ok());
  bool judged = false;
  std::uint64_t among = 0;
  const auto windows = Windows();
  for (auto report = windows.rbegin(); report != windows.rend(); ++report) {
    const SliceDrift& slice = report->slices[0];
    among += report->rows;
    // Of the rows that it was gathered over, not of the last window's.
    EXPECT_DOUBLE_EQ(slice.share, static_cast<double>(slice.rows) / static_cast<double>(among));
    EXPECT_LT(slice.share, 0.15);
    if (slice.verdict == WindowVerdict::kNotEnoughData) continue;
    judged = true;
    among = 0;
  }
  EXPECT_TRUE(judged);
}

TEST_F(WatchTest, ServiceLevelsAreVerdictsOfTheirOwnKind) {
  Apply(With("silence: 5m", "sla: {latency_p95_ms: 100, availability_pct: 99.9}\n"));
  const auto watch = MakeWatch();
  Decide(10);
  ASSERT_TRUE(watch->CatchUp().ok());
  clock_.Advance(std::chrono::minutes(1));
  ASSERT_TRUE(watch->CatchUp().ok());
  const auto service = [this] { return *registry_->Verdicts("price", {.kind = kServiceVerdict}); };
  ASSERT_EQ(service().size(), 1U);
  EXPECT_EQ(service()[0].verdict, "ok");
  clock_.Advance(std::chrono::minutes(10));
  ASSERT_TRUE(watch->CatchUp().ok());
  ASSERT_EQ(service().size(), 2U);
  EXPECT_NE(service()[0].findings_json.find("freshness"), std::string::npos);
  EXPECT_TRUE(Windows().empty());
}

TEST_F(WatchTest, ServiceLevelsLookBackOverARestart) {
  Apply(With("silence: 5m", "sla: {latency_p95_ms: 100, availability_pct: 99.9}\n"));
  {
    const auto watch = MakeWatch();
    Decide(500);
    Decide(10);
    ASSERT_TRUE(watch->CatchUp().ok());
  }
  clock_.Advance(std::chrono::minutes(2));
  const auto watch = MakeWatch();
  ASSERT_TRUE(watch->CatchUp().ok());
  const auto service = *registry_->Verdicts("price", {.kind = kServiceVerdict});
  ASSERT_FALSE(service.empty());
  EXPECT_EQ(service[0].rows, 2U);  // requests, each counted once
}

}  // namespace
}  // namespace mooring::monitoring
