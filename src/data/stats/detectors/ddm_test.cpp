#include "data/stats/detectors/ddm.h"

#include "data/stats/detectors/golden_for_tests.h"

namespace mooring::data {
namespace {

TEST(Ddm, RaisesTheAlarmsAndWarningsOfRiver019) {
  const GoldenDetectors golden(MOORING_SOURCE_DIR);
  for (const char* stream : {"bit_abrupt", "bit_gradual", "bit_recurring"}) {
    SCOPED_TRACE(stream);
    Ddm ddm;
    EXPECT_EQ(AlarmsOf(ddm, golden.Stream(stream)), golden.Recorded(stream, "ddm"));
  }
  Ddm ddm;
  EXPECT_EQ(AlarmsOf(ddm, golden.PublishedStream("rates")).alarms,
            golden.Published("rates", "ddm"));
}

TEST(Ddm, SaysNothingWhileWarmingUp) {
  Ddm ddm({.warm_up = 10});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ddm.Add(i % 2), DetectorState::kStable);
}

// From the rule: after 40 zeros the best is p = s = 0, so the first error is beyond any bound.
TEST(Ddm, AnErrorAfterNoneIsADrift) {
  Ddm ddm;
  for (int i = 0; i < 40; ++i) ASSERT_EQ(ddm.Add(0), DetectorState::kStable);
  EXPECT_EQ(ddm.Add(1), DetectorState::kDrift);
  EXPECT_EQ(ddm.Add(1), DetectorState::kStable) << "it starts anew";
}

TEST(Ddm, ErrorsOnlyAreSteady) {
  Ddm ddm;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ddm.Add(1), DetectorState::kStable);
  EXPECT_EQ(ddm.Add(5), DetectorState::kStable) << "clipped to 1";
}

}  // namespace
}  // namespace mooring::data
