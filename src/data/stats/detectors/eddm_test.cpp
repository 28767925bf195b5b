#include "data/stats/detectors/eddm.h"

#include "data/stats/detectors/golden_for_tests.h"

namespace mooring::data {
namespace {

TEST(Eddm, RaisesTheAlarmsAndWarningsOfRiver019) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  for (const char* stream : {"bit_abrupt", "bit_gradual", "bit_recurring"}) {
    SCOPED_TRACE(stream);
    Eddm eddm;
    EXPECT_EQ(AlarmsOf(eddm, golden.Stream(stream)), golden.Recorded(stream, "eddm"));
  }
  Eddm strict({.warning = 0.9, .drift = 0.8});
  EXPECT_EQ(AlarmsOf(strict, golden.PublishedStream("rates")).alarms,
            golden.Published("rates", "eddm_90_80"));
}

TEST(Eddm, EarlierFormRaisesTheAlarmsOfRiverBefore015) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  Eddm eddm({.earlier_form = true});
  EXPECT_EQ(AlarmsOf(eddm, golden.PublishedStream("rates")).alarms,
            golden.Published("rates", "eddm_before_0_15"));
}

// From the rule: errors every 10 values, then every value. The best is 10 with no deviation, and
// reach falls at once as the mean does.
TEST(Eddm, SeesErrorsComeCloser) {
  Eddm eddm;
  for (int i = 1; i <= 400; ++i) ASSERT_EQ(eddm.Add(i % 10 == 0), DetectorState::kStable);
  DetectorState state = DetectorState::kStable;
  int rows = 0;
  while (state != DetectorState::kDrift && rows < 500) {
    state = eddm.Add(1);
    ++rows;
  }
  EXPECT_EQ(state, DetectorState::kDrift);
  EXPECT_EQ(eddm.Add(1), DetectorState::kStable) << "it starts anew";
}

TEST(Eddm, NoErrorsNoAnswer) {
  Eddm eddm;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(eddm.Add(0.49), DetectorState::kStable);
}

TEST(Eddm, EqualDistancesAreSteady) {
  for (const bool earlier : {false, true}) {
    Eddm eddm({.earlier_form = earlier});
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(eddm.Add(1), DetectorState::kStable);
  }
}

}  // namespace
}  // namespace mooring::data
