#include "serving/stop_limits/time_zone.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace mooring::serving {
namespace {

using namespace std::chrono;  // NOLINT: calendar literals

sys_seconds At(std::string_view text) { return floor<seconds>(ParseTime(text).value()); }

std::string BeginOf(std::string_view zone, local_days day) {
  return FormatTime(TimeZone::Find(zone).value().Begin(day)).substr(0, 19);
}

TEST(TimeZone, RefusesUnknownNamesAndPaths) {
  for (const char* name : {"", "Nowhere/Town", "../../etc/passwd", "/etc/localtime", "berlin"}) {
    EXPECT_EQ(TimeZone::Find(name).error().code(), Code::kInvalidArgument) << name;
  }
  EXPECT_TRUE(TimeZone::Find("UTC").ok());
}

// Rules of the zones as the IANA database has them.
TEST(TimeZone, DaysBeginAtLocalMidnight) {
  EXPECT_EQ(BeginOf("UTC", local_days(2026y / 3 / 29)), "2026-03-29T00:00:00");
  EXPECT_EQ(BeginOf("Asia/Kolkata", local_days(2026y / 3 / 29)), "2026-03-28T18:30:00");
  EXPECT_EQ(BeginOf("Europe/Berlin", local_days(2026y / 3 / 29)), "2026-03-28T23:00:00");
  EXPECT_EQ(BeginOf("Europe/Berlin", local_days(2026y / 3 / 30)), "2026-03-29T22:00:00");
  EXPECT_EQ(BeginOf("America/New_York", local_days(2026y / 11 / 2)), "2026-11-02T05:00:00");
  EXPECT_EQ(BeginOf("Australia/Lord_Howe", local_days(2026y / 1 / 1)), "2025-12-31T13:00:00");
  EXPECT_EQ(BeginOf("Australia/Lord_Howe", local_days(2026y / 7 / 1)), "2026-06-30T13:30:00");
}

TEST(TimeZone, AMissingMidnightIsTheMomentAfterTheGap) {
  // Beirut's clocks go from 00:00 to 01:00 on the last Sunday of March.
  EXPECT_EQ(BeginOf("Asia/Beirut", local_days(2026y / 3 / 29)), "2026-03-28T22:00:00");
  const TimeZone beirut = TimeZone::Find("Asia/Beirut").value();
  EXPECT_EQ(beirut.DayOf(At("2026-03-28T22:00:00Z")), local_days(2026y / 3 / 29));
  EXPECT_EQ(beirut.DayOf(At("2026-03-28T21:59:59Z")), local_days(2026y / 3 / 28));
}

TEST(TimeZone, ARepeatedMidnightIsTheFirst) {
  // Havana's clocks go from 01:00 back to 00:00 on the first Sunday of November.
  EXPECT_EQ(BeginOf("America/Havana", local_days(2026y / 11 / 1)), "2026-11-01T04:00:00");
}

TEST(TimeZone, EveryMomentIsInItsDay) {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Asia/Kolkata",
                           "Australia/Lord_Howe", "Asia/Beirut", "America/Havana", "UTC"}) {
    const TimeZone zone = TimeZone::Find(name).value();
    for (sys_seconds at = At("2027-12-20T00:00:00Z"); at < At("2029-01-10T00:00:00Z");
         at += seconds(1801)) {
      const local_days day = zone.DayOf(at);
      EXPECT_LE(zone.Begin(day), at) << name;
      EXPECT_GT(zone.Begin(day + days(1)), at) << name;
    }
  }
}

}  // namespace
}  // namespace mooring::serving
