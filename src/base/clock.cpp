#include "base/clock.h"

#include <charconv>
#include <cstdio>

namespace mooring {
namespace {

class MachineClock final : public Clock {
 public:
  Time Now() const override {
    return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
  }
  Nanos Monotonic() const override {
    return std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch());
  }
};

// Takes exactly `digits` decimal digits from the front.
bool TakeNumber(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  std::from_chars(text.data(), text.data() + digits, out);
  text.remove_prefix(digits);
  return true;
}

bool Take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeFraction(std::string_view& text, std::int64_t& micros) {
  micros = 0;
  if (!Take(text, '.')) return true;
  std::int64_t scale = 100'000;
  std::size_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    micros += scale * (text.front() - '0');
    scale /= 10;
    text.remove_prefix(1);
    ++digits;
  }
  return digits >= 1 && digits <= 6;
}

bool TakeZone(std::string_view& text, int& offset_minutes) {
  offset_minutes = 0;
  if (Take(text, 'Z') || Take(text, 'z')) return true;
  const int sign = Take(text, '+') ? 1 : (Take(text, '-') ? -1 : 0);
  int hours = 0, minutes = 0;
  if (sign == 0 || !TakeNumber(text, 2, hours) || !Take(text, ':')) return false;
  if (!TakeNumber(text, 2, minutes) || hours > 23 || minutes > 59) return false;
  offset_minutes = sign * (hours * 60 + minutes);
  return true;
}

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

std::string FormatTime(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::int64_t us = (time - day).count();
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(us / 3'600'000'000),
                int(us / 60'000'000 % 60), int(us / 1'000'000 % 60), int(us % 1'000'000));
  return text;
}

Result<Time> ParseTime(std::string_view text) {
  const auto bad = [whole = std::string(text.substr(0, 64))] {
    return Error(Code::kInvalidArgument, "'" + whole + "' is not a time")
        .Help("write RFC 3339 with a zone, such as 2026-01-31T23:59:59Z");
  };
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset = 0;
  std::int64_t fraction_us = 0;
  const bool shaped = TakeNumber(text, 4, year) && Take(text, '-') && TakeNumber(text, 2, month) &&
                      Take(text, '-') && TakeNumber(text, 2, day) &&
                      (Take(text, 'T') || Take(text, 't') || Take(text, ' ')) &&
                      TakeNumber(text, 2, hour) && Take(text, ':') &&
                      TakeNumber(text, 2, minute) && Take(text, ':') &&
                      TakeNumber(text, 2, second) && TakeFraction(text, fraction_us) &&
                      TakeZone(text, offset) && text.empty();
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (!shaped || !date.ok() || year < 1970 || hour > 23 || minute > 59 || second > 59) return bad();
  const auto whole = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                     std::chrono::minutes(minute - offset) + std::chrono::seconds(second);
  return Time(whole) + Micros(fraction_us);
}

}  // namespace mooring
