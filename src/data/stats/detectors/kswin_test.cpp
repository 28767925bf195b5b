#include "data/stats/detectors/kswin.h"

#include "data/stats/detectors/golden_for_tests.h"

namespace mooring::data {
namespace {

// SciPy 1.10.1: ks_2samp(method="exact") on samples of n values with distance h/n.
TEST(Kswin, ExactPEqualsSciPy) {
  EXPECT_NEAR(KolmogorovSmirnovExactP(10, 6), 0.05244755244755244, 1e-15);
  EXPECT_NEAR(KolmogorovSmirnovExactP(30, 13), 0.006548396368058784, 1e-12);
  EXPECT_NEAR(KolmogorovSmirnovExactP(100, 23), 0.009878183186176536, 1e-12);
  EXPECT_NEAR(KolmogorovSmirnovExactP(1, 1), 1, 1e-15);
  EXPECT_NEAR(KolmogorovSmirnovExactP(3, 3), 2.0 / 20, 1e-15) << "2 of C(6, 3) orders";
}

TEST(Kswin, ExactPFallsWithTheDistance) {
  for (const int n : {2, 7, 30, 500}) {
    double before = 1;
    for (int h = 1; h <= n; ++h) {
      const double p = KolmogorovSmirnovExactP(n, h);
      ASSERT_LE(p, before + 1e-12) << n << " " << h;
      ASSERT_GT(p, 0);
      before = p;
    }
  }
}

// Which of its older values are drawn differs from tool to tool; the abrupt changes are plain
// enough to be seen by any draw, within the newest values.
TEST(Kswin, SeesThePlainChangesOfTheRecordedStream) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  Kswin kswin = Kswin::Make({.seed = 42}).value();
  const std::vector<int> alarms = AlarmsOf(kswin, golden.Stream("bit_recurring")).alarms;
  const std::vector<int> example = golden.Recorded("bit_recurring", "kswin_seed42").alarms;
  ASSERT_EQ(alarms.size(), example.size());
  for (std::size_t i = 0; i < alarms.size(); ++i) EXPECT_NEAR(alarms[i], example[i], 30);
}

TEST(Kswin, SaysNothingUntilTheWindowIsFull) {
  Kswin kswin = Kswin::Make({}).value();
  for (int i = 0; i < 99; ++i) ASSERT_EQ(kswin.Add(i < 70 ? 0 : 1), DetectorState::kStable);
  EXPECT_EQ(kswin.Add(1), DetectorState::kDrift);
  for (int i = 0; i < 99; ++i) ASSERT_EQ(kswin.Add(1), DetectorState::kStable) << "starts empty";
}

TEST(Kswin, TiesAndConstantsAreSteady) {
  Kswin kswin = Kswin::Make({}).value();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(kswin.Add(4), DetectorState::kStable);
}

TEST(Kswin, RefusesMoreNewValuesThanOldOnes) {
  EXPECT_FALSE(Kswin::Make({.window = 100, .recent = 51}).ok());
  EXPECT_FALSE(Kswin::Make({.window = 100, .recent = 0}).ok());
  EXPECT_TRUE(Kswin::Make({.window = 100, .recent = 50}).ok());
}

}  // namespace
}  // namespace mooring::data
