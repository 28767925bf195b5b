#include "base/clock.h"

#include <gtest/gtest.h>

namespace mooring {
namespace {

TEST(Clock, TimesComeBackThroughText) {
  for (const char* text : {"1970-01-01T00:00:00.000000Z", "2001-06-30T23:59:59.999999Z",
                           "2024-02-29T12:00:00.000001Z", "9999-12-31T23:59:59.000000Z"}) {
    ASSERT_TRUE(ParseTime(text).ok()) << text;
    EXPECT_EQ(FormatTime(*ParseTime(text)), text);
  }
}

TEST(Clock, OffsetsMoveToUtc) {
  EXPECT_EQ(FormatTime(*ParseTime("2026-01-01T02:30:00+03:00")), "2025-12-31T23:30:00.000000Z");
  EXPECT_EQ(FormatTime(*ParseTime("2026-01-01 00:00:00.5-01:30")), "2026-01-01T01:30:00.500000Z");
}

TEST(Clock, RefusesImpossibleOrVagueTimes) {
  for (const char* text : {"2024-02-30T00:00:00Z", "0000-00-00T00:00:00Z", "2024-01-01T24:00:00Z",
                           "2024-01-01T00:00:00", "2024-01-01", "", "1700000000", "2024-1-1T0:0:0Z",
                           "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567Z",
                           "2024-01-01T00:00:00+25:00", "2024-01-01T00:00:00Zx"}) {
    EXPECT_FALSE(ParseTime(text).ok()) << text;
  }
}

TEST(Clock, SimulatedTimeMovesOnlyWhenTold) {
  SimulatedClock clock;
  const Time start = clock.Now();
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(clock.Now() - start, std::chrono::hours(1));
  const Nanos before = clock.Monotonic();
  clock.JumpWall(-std::chrono::hours(2));
  EXPECT_EQ(clock.Now() - start, -std::chrono::hours(1));
  EXPECT_EQ(clock.Monotonic(), before);
}

}  // namespace
}  // namespace mooring
