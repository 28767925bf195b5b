#include "data/stats/detectors/adwin.h"

#include "base/rng.h"
#include "data/stats/detectors/golden_for_tests.h"

namespace mooring::data {
namespace {

// Recorded from River 0.19.0 with the scan over all boundaries.
TEST(Adwin, RaisesTheRecordedAlarms) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  const std::vector<std::string> streams = golden.Streams();
  ASSERT_EQ(streams.size(), 6U);
  for (const std::string& stream : streams) {
    for (const int clock : {32, 1}) {
      SCOPED_TRACE(stream + " clock " + std::to_string(clock));
      const char* name = clock == 1 ? "adwin_full_clock1" : "adwin_full";
      Adwin adwin({.clock = clock});
      EXPECT_EQ(AlarmsOf(adwin, golden.Stream(stream)), golden.Recorded(stream, name));
      const Json& record = golden.Record(stream, name);
      EXPECT_EQ(adwin.width(), record.GetDouble("final_width").value());
      EXPECT_NEAR(adwin.Mean(), record.GetDouble("final_mean").value(), 1e-12);
    }
  }
}

TEST(Adwin, RaisesThePublishedAlarm) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  Adwin adwin;
  EXPECT_EQ(AlarmsOf(adwin, golden.PublishedStream("integers")).alarms,
            golden.Published("integers", "adwin"));
}

TEST(Adwin, WindowHoldsTheMomentsOfAllValuesWhileSteady) {
  Adwin adwin;
  double sum = 0, squares = 0;
  Rng rng(3);
  constexpr int kRows = 10'000;
  for (int i = 0; i < kRows; ++i) {
    const double x = rng.Uniform();
    sum += x;
    squares += x * x;
    ASSERT_EQ(adwin.Add(x), DetectorState::kStable);
  }
  EXPECT_EQ(adwin.width(), kRows);
  EXPECT_NEAR(adwin.Mean(), sum / kRows, 1e-12);
  EXPECT_NEAR(adwin.Variance(), squares / kRows - sum / kRows * sum / kRows, 1e-10);
}

TEST(Adwin, EmptyAndOneValue) {
  Adwin adwin;
  EXPECT_EQ(adwin.width(), 0);
  EXPECT_EQ(adwin.Mean(), 0);
  EXPECT_EQ(adwin.Variance(), 0);
  EXPECT_EQ(adwin.Add(7), DetectorState::kStable);
  EXPECT_EQ(adwin.Mean(), 7);
  EXPECT_EQ(adwin.Variance(), 0);
}

TEST(Adwin, SeesAJumpOfAConstantAtTheNextScanAndStartsEmpty) {
  Adwin adwin({.clock = 1});
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(adwin.Add(1), DetectorState::kStable);
  int rows = 1;
  while (adwin.Add(2) != DetectorState::kDrift) ASSERT_LT(++rows, 50);
  EXPECT_GE(rows, 5) << "no cut leaves fewer than min_window";
  EXPECT_EQ(adwin.Add(2), DetectorState::kStable);
  EXPECT_EQ(adwin.width(), 1);
}

// Scale and shift do not matter but for the term that stands for the range of values, so for a
// stream far wider than it the alarms of a shifted stream are the same.
TEST(Adwin, ShiftDoesNotMatter) {
  Rng rng(11);
  std::vector<double> stream, shifted;
  for (int i = 0; i < 4000; ++i) {
    stream.push_back(std::floor(100 * rng.Uniform()) + (i < 2000 ? 0 : 30));
    shifted.push_back(stream.back() + 4096);
  }
  Adwin one, other;
  const Alarms alarms = AlarmsOf(one, stream);
  EXPECT_FALSE(alarms.alarms.empty());
  EXPECT_EQ(alarms, AlarmsOf(other, shifted));
}

TEST(Adwin, OneBucketARowWorks) {
  Adwin adwin({.max_buckets = 1, .min_window = 1, .grace = 0});
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(adwin.Add(0.25), DetectorState::kStable);
  EXPECT_EQ(adwin.width(), 5000);
  EXPECT_EQ(adwin.Mean(), 0.25);
}

}  // namespace
}  // namespace mooring::data
