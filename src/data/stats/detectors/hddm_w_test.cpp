#include "data/stats/detectors/hddm_w.h"

#include "data/stats/detectors/golden_for_tests.h"

namespace mooring::data {
namespace {

TEST(HddmW, RaisesTheAlarmsAndWarningsOfRiver019) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  for (const char* stream : {"bit_abrupt", "bit_gradual", "bit_recurring"}) {
    SCOPED_TRACE(stream);
    HddmW rises, both({.two_sided = true});
    EXPECT_EQ(AlarmsOf(rises, golden.Stream(stream)), golden.Recorded(stream, "hddm_w"));
    EXPECT_EQ(AlarmsOf(both, golden.Stream(stream)), golden.Recorded(stream, "hddm_w_two_sided"));
  }
  HddmW rises, both({.two_sided = true});
  EXPECT_EQ(AlarmsOf(rises, golden.PublishedStream("rates")).alarms,
            golden.Published("rates", "hddm_w"));
  EXPECT_EQ(AlarmsOf(both, golden.PublishedStream("signs")).alarms,
            golden.Published("signs", "hddm_w_two_sided"));
}

TEST(HddmW, SeesAJumpWithinThirtyValuesAndStartsAnew) {
  HddmW hddm;
  for (int i = 0; i < 500; ++i) ASSERT_EQ(hddm.Add(0.1), DetectorState::kStable);
  int rows = 1;
  while (hddm.Add(0.9) != DetectorState::kDrift) ASSERT_LT(++rows, 30);
  EXPECT_EQ(hddm.Add(0.9), DetectorState::kStable);
}

TEST(HddmW, OnlyTheTwoSidedOneSeesAFall) {
  HddmW rises, both({.two_sided = true});
  bool seen = false;
  for (int i = 0; i < 1000; ++i) {
    const double x = i < 500 ? 0.9 : 0.1;
    ASSERT_EQ(rises.Add(x), DetectorState::kStable);
    seen = both.Add(x) == DetectorState::kDrift || seen;
  }
  EXPECT_TRUE(seen);
}

TEST(HddmW, ConstantsAreSteady) {
  for (const double x : {0.0, 0.5, 1.0}) {
    HddmW hddm({.two_sided = true});
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(hddm.Add(x), DetectorState::kStable);
  }
}

}  // namespace
}  // namespace mooring::data
