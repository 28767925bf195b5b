#include "serving/stop_limits/limit_window.h"

#include <string>

namespace mooring::serving {

namespace chrono = std::chrono;
using records::LimitWindow;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kWeek = 7 * 86'400 * kSecond;
constexpr int kLengthBits = 24;

std::int64_t FloorTo(std::int64_t at, std::int64_t step) {
  const std::int64_t rest = at % step;
  return at - rest - (rest < 0 ? step : 0);
}

// The first day of the day, week or month that `day` is in, and of the one after it.
std::pair<chrono::local_days, chrono::local_days> SpanOf(LimitWindow::Kind kind,
                                                         chrono::local_days day) {
  if (kind == LimitWindow::Kind::kWeek) {
    const chrono::local_days monday = day - (chrono::weekday(day) - chrono::Monday);
    return {monday, monday + chrono::days(7)};
  }
  if (kind == LimitWindow::Kind::kMonth) {
    const chrono::year_month_day date(day);
    const chrono::year_month month = date.year() / date.month();
    return {chrono::local_days(month / 1), chrono::local_days((month + chrono::months(1)) / 1)};
  }
  return {day, day + chrono::days(1)};
}

std::int64_t MicrosOf(chrono::sys_seconds at) { return at.time_since_epoch().count() * kSecond; }

chrono::sys_seconds SecondsOf(std::int64_t at) {
  return chrono::sys_seconds(chrono::seconds(FloorTo(at, kSecond) / kSecond));
}

}  // namespace

WindowClock::WindowClock(const LimitWindow& window, std::optional<TimeZone> zone)
    : kind_(window.kind),
      length_(window.length.count() * kSecond),
      width_((length_ + window.buckets - 1) / std::max<std::int64_t>(window.buckets, 1)),
      zone_(zone) {}

Result<std::unique_ptr<const WindowClock>> WindowClock::Make(const LimitWindow& window) {
  using Made = std::unique_ptr<const WindowClock>;
  if (window.kind == LimitWindow::Kind::kLifetime) return Made();
  if (window.kind != LimitWindow::Kind::kSliding) {
    ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::Find(window.zone));
    return Made(new WindowClock(window, zone));
  }
  constexpr chrono::seconds kLongest = chrono::days(3660);
  if (window.length < chrono::seconds(1) || window.length > kLongest) {
    return Error(Code::kInvalidArgument, "a sliding window lasts 1 s to 10 years, not " +
                                             std::to_string(window.length.count()) + " s");
  }
  if (window.buckets < 1 || window.buckets > 10'000) {
    return Error(Code::kInvalidArgument,
                 "a sliding window has 1 to 10000 buckets, not " + std::to_string(window.buckets));
  }
  return Made(new WindowClock(window, std::nullopt));
}

WindowClock::Bucket WindowClock::At(std::int64_t at) const {
  if (exact()) return Calendar(at);
  const std::int64_t begin = FloorTo(at, width_);
  return {begin, begin + width_ + length_};
}

WindowClock::Bucket WindowClock::Calendar(std::int64_t at) const {
  const std::uint64_t last = last_.load(std::memory_order_relaxed);
  const std::int64_t begin = static_cast<std::int64_t>(last >> kLengthBits) * kSecond;
  const std::int64_t end = begin + static_cast<std::int64_t>(last % (1 << kLengthBits)) * kSecond;
  if (at >= begin && at < end) return {begin, end};
  const Bucket found = CalendarOf(zone_->DayOf(SecondsOf(at)), at);
  if (found.begin >= 0) {
    const auto length = static_cast<std::uint64_t>((found.expires - found.begin) / kSecond);
    last_.store((static_cast<std::uint64_t>(found.begin / kSecond) << kLengthBits) | length,
                std::memory_order_relaxed);
  }
  return found;
}

WindowClock::Bucket WindowClock::CalendarOf(chrono::local_days day, std::int64_t at) const {
  auto [first, after] = SpanOf(kind_, day);
  std::int64_t begin = MicrosOf(zone_->Begin(first)), end = MicrosOf(zone_->Begin(after));
  // Where clocks go back over midnight, local days come twice: what began stays begun.
  while (at >= end) {
    begin = end;
    after = SpanOf(kind_, after).second;
    end = MicrosOf(zone_->Begin(after));
  }
  return {begin, end};
}

WindowClock::Range WindowClock::Counted(std::int64_t at) const {
  const std::int64_t newest = At(at).begin;
  if (exact()) return {newest, newest};
  return {at - length_ - width_ + 1, newest};
}

WindowClock::Range WindowClock::Whole(std::int64_t at) const {
  const std::int64_t newest = At(at).begin;
  if (exact()) return {newest, newest};
  return {at - length_ + 1, newest};
}

WindowClock::Range WindowClock::WholeBefore(std::int64_t at, std::uint32_t weeks) const {
  if (exact()) {
    const chrono::local_days day = zone_->DayOf(SecondsOf(at)) - chrono::days(7 * weeks);
    const std::int64_t begin = CalendarOf(day, MicrosOf(zone_->Begin(day))).begin;
    return {begin, begin};
  }
  const std::int64_t end = at - kWeek * weeks;
  return {end - length_ + 1, end - width_ + 1};
}

}  // namespace mooring::serving
