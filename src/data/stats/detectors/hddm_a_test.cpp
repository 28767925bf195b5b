#include "data/stats/detectors/hddm_a.h"

#include "data/stats/detectors/golden_for_tests.h"

namespace mooring::data {
namespace {

TEST(HddmA, RaisesTheAlarmsAndWarningsOfRiver019) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  for (const char* stream : {"bit_abrupt", "bit_gradual", "bit_recurring"}) {
    SCOPED_TRACE(stream);
    HddmA rises, both({.two_sided = true});
    EXPECT_EQ(AlarmsOf(rises, golden.Stream(stream)), golden.Recorded(stream, "hddm_a"));
    EXPECT_EQ(AlarmsOf(both, golden.Stream(stream)), golden.Recorded(stream, "hddm_a_two_sided"));
  }
  HddmA rises, both({.two_sided = true});
  EXPECT_EQ(AlarmsOf(rises, golden.PublishedStream("rates")).alarms,
            golden.Published("rates", "hddm_a"));
  EXPECT_EQ(AlarmsOf(both, golden.PublishedStream("signs")).alarms,
            golden.Published("signs", "hddm_a_two_sided"));
}

// n0 zeros and then k ones: from the rule k/(n0+k) >= sqrt(k ln(2/0.001) / (2 n0 (n0+k))), which is
// k >= (n0 + k) ln(2000) / (2 n0): for n0 = 100, 3 < 3.91 and 4 >= 3.95. The warning needs
// k >= (n0 + k) ln(400) / (2 n0): for n0 = 50, 2 < 3.12, 3 < 3.18 and 4 >= 3.24.
TEST(HddmA, AlarmsWhereTheRuleSays) {
  HddmA hddm;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(hddm.Add(0), DetectorState::kStable);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(hddm.Add(1), DetectorState::kStable);
  EXPECT_EQ(hddm.Add(1), DetectorState::kDrift);
  hddm.Reset();
  for (int i = 0; i < 50; ++i) ASSERT_EQ(hddm.Add(0), DetectorState::kStable);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(hddm.Add(1), DetectorState::kStable);
  EXPECT_EQ(hddm.Add(1), DetectorState::kWarning);
}

TEST(HddmA, TwoSidedIsSymmetric) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  std::vector<double> stream = golden.Stream("bit_recurring");
  HddmA straight({.two_sided = true}), mirrored({.two_sided = true});
  const std::vector<int> alarms = AlarmsOf(straight, stream).alarms;
  for (double& x : stream) x = 1 - x;
  EXPECT_EQ(AlarmsOf(mirrored, stream).alarms, alarms);
}

TEST(HddmA, ConstantsAreSteady) {
  for (const double x : {0.0, 0.5, 1.0}) {
    HddmA hddm({.two_sided = true});
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(hddm.Add(x), DetectorState::kStable);
  }
}

}  // namespace
}  // namespace mooring::data
