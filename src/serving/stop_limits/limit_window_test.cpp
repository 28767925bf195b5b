#include "serving/stop_limits/limit_window.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/rng.h"
#include "serving/stop_limits/ledger_for_tests.h"

namespace mooring::serving {
namespace {

using Kind = records::LimitWindow::Kind;
constexpr std::int64_t kSecond = 1'000'000, kHour = 3600 * kSecond;

std::int64_t At(std::string_view text) {
  return ParseTime(text).value().time_since_epoch().count();
}

std::string Text(std::int64_t at) { return FormatTime(Time(Micros(at))).substr(0, 19); }

TEST(WindowClock, RefusesWhatIsNoWindow) {
  records::LimitWindow window;
  for (const std::int64_t length : {-1, 0, 1'000'000'000}) {
    window.length = std::chrono::seconds(length);
    EXPECT_EQ(WindowClock::Make(window).error().code(), Code::kInvalidArgument) << length;
  }
  window.length = std::chrono::seconds(60);
  for (const std::uint32_t buckets : {0U, 10'001U}) {
    window.buckets = buckets;
    EXPECT_EQ(WindowClock::Make(window).error().code(), Code::kInvalidArgument) << buckets;
  }
  window.kind = Kind::kDay;
  window.zone = "Nowhere/Town";
  EXPECT_EQ(WindowClock::Make(window).error().code(), Code::kInvalidArgument);
  window.kind = Kind::kLifetime;
  EXPECT_EQ(WindowClock::Make(window).value(), nullptr);
}

TEST(WindowClock, SlidingBucketsCountWhileTheyTouchTheWindow) {
  const auto minute = Sliding(60, 12);
  const WindowClock::Bucket bucket = minute->At(1007 * kSecond);
  EXPECT_EQ(bucket.begin, 1005 * kSecond);
  EXPECT_EQ(bucket.expires, (1005 + 5 + 60) * kSecond);
  EXPECT_EQ(minute->At(1010 * kSecond - 1), bucket);
  EXPECT_NE(minute->At(1010 * kSecond), bucket);
  EXPECT_FALSE(minute->exact());
}

// A width that does not divide is rounded up: fewer buckets, each safe.
TEST(WindowClock, BucketsCoverAnyWindow) {
  Rng rng(4001);
  for (int round = 0; round < 2000; ++round) {
    const auto seconds = static_cast<std::int64_t>(1 + rng.Below(5000));
    const auto window = Sliding(seconds, static_cast<std::uint32_t>(1 + rng.Below(70)));
    const auto event = static_cast<std::int64_t>(rng.Below(4'000'000'000'000));
    const WindowClock::Bucket bucket = window->At(event);
    EXPECT_LE(bucket.begin, event);
    EXPECT_GE(bucket.expires, event + seconds * kSecond);
    const std::int64_t last = event + seconds * kSecond - 1;
    EXPECT_GE(bucket.begin, window->Counted(last).first);
    EXPECT_LT(bucket.begin, window->Counted(bucket.expires).first);
    // Whole buckets hold nothing from outside of the window.
    const WindowClock::Range whole = window->Whole(last);
    EXPECT_GT(window->At(whole.first).begin + 2 * seconds * kSecond, last - seconds * kSecond);
    if (bucket.begin >= whole.first) {
      EXPECT_GT(bucket.begin, last - seconds * kSecond);
    }
  }
}

struct Span {
  Kind kind;
  const char *zone, *at, *begin, *end;
};

// From the IANA rules: 23 and 25 hour days, 23.5 and 24.5 on Lord Howe, year ends, leap days.
TEST(WindowClock, CalendarWindowsFollowTheLocalCalendar) {
  const Span spans[] = {
      {Kind::kDay, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00",
       "2026-03-29T22:00:00"},
      {Kind::kDay, "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-24T22:00:00",
       "2026-10-25T23:00:00"},
      {Kind::kDay, "America/New_York", "2026-03-08T10:00:00Z", "2026-03-08T05:00:00",
       "2026-03-09T04:00:00"},
      {Kind::kDay, "America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T04:00:00",
       "2026-11-02T05:00:00"},
      {Kind::kDay, "Australia/Lord_Howe", "2026-04-04T20:00:00Z", "2026-04-04T13:00:00",
       "2026-04-05T13:30:00"},
      {Kind::kDay, "Australia/Lord_Howe", "2026-10-04T00:00:00Z", "2026-10-03T13:30:00",
       "2026-10-04T13:00:00"},
      {Kind::kDay, "Asia/Kolkata", "2026-12-31T18:29:59Z", "2026-12-30T18:30:00",
       "2026-12-31T18:30:00"},
      {Kind::kDay, "Asia/Kolkata", "2026-12-31T18:30:00Z", "2026-12-31T18:30:00",
       "2027-01-01T18:30:00"},
      {Kind::kDay, "UTC", "2028-02-29T23:59:59Z", "2028-02-29T00:00:00", "2028-03-01T00:00:00"},
      {Kind::kWeek, "UTC", "2027-01-01T00:00:00Z", "2026-12-28T00:00:00", "2027-01-04T00:00:00"},
      {Kind::kWeek, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-22T23:00:00",
       "2026-03-29T22:00:00"},
      {Kind::kMonth, "UTC", "2028-02-10T00:00:00Z", "2028-02-01T00:00:00", "2028-03-01T00:00:00"},
      {Kind::kMonth, "America/New_York", "2026-12-31T23:00:00Z", "2026-12-01T05:00:00",
       "2027-01-01T05:00:00"},
      {Kind::kMonth, "America/New_York", "2026-11-30T00:00:00Z", "2026-11-01T04:00:00",
       "2026-12-01T05:00:00"},
  };
  for (const Span& span : spans) {
    const auto window = Calendar(span.kind, span.zone);
    const WindowClock::Bucket found = window->At(At(span.at));
    EXPECT_EQ(Text(found.begin), span.begin) << span.zone << " " << span.at;
    EXPECT_EQ(Text(found.expires), span.end) << span.zone << " " << span.at;
    EXPECT_TRUE(window->exact());
  }
}

TEST(WindowClock, CalendarWindowsMeetWithoutGapOrOverlap) {
  for (const char* zone : {"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Beirut",
                           "Australia/Lord_Howe", "America/Havana", "America/St_Johns"}) {
    for (const Kind kind : {Kind::kDay, Kind::kWeek, Kind::kMonth}) {
      const auto window = Calendar(kind, zone);
      // St. John's went back over midnight until 2011: those years too.
      std::int64_t at = At("2009-12-30T00:00:00Z");
      while (at < At("2012-02-02T00:00:00Z")) {
        const WindowClock::Bucket bucket = window->At(at);
        EXPECT_LE(bucket.begin, at) << zone;
        EXPECT_GT(bucket.expires, at) << zone;
        // A fresh clock, without the cache, says the same of the last moment.
        EXPECT_EQ(Calendar(kind, zone)->At(bucket.expires - 1), bucket) << zone;
        at = bucket.expires;
        EXPECT_EQ(window->At(at).begin, at) << zone;
      }
    }
  }
}

TEST(WindowClock, EarlierWeeksFollowTheCalendarOverAChangeOfClocks) {
  const auto day = Calendar(Kind::kDay, "Europe/Berlin");
  // 00:30 on Monday the 30th, Berlin; a week before it was 23:30 of Sunday by hours alone.
  const WindowClock::Range before = day->WholeBefore(At("2026-03-29T22:30:00Z"), 1);
  EXPECT_EQ(Text(before.first), "2026-03-22T23:00:00");
  EXPECT_EQ(before.first, before.last);
  const auto hour = Sliding(3600, 60);
  const std::int64_t now = At("2026-03-29T22:30:00Z");
  EXPECT_EQ(hour->WholeBefore(now, 2).first, now - 14 * 24 * kHour - kHour + 1);
  EXPECT_EQ(hour->WholeBefore(now, 2).last, now - 14 * 24 * kHour - 60 * kSecond + 1);
}

}  // namespace
}  // namespace mooring::serving
