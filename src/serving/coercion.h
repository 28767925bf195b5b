// The casts of single values from JSON or CSV to the contract's types; pure functions behind
// RowBuilder, whose header states the rules.
//
// `wrapped` is set when MLflow's cast changed an integer (two's complement, as numpy does).
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "serving/decision.h"

namespace mooring::serving {

inline constexpr double kTwo53 = 9007199254740992.0;
inline constexpr double kTwo63 = 9223372036854775808.0;

// An integer into a narrower or equal type; nothing when strict and out of range.
template <std::signed_integral T, std::integral From>
std::optional<T> CastInteger(From value, Coercion coercion, bool& wrapped) {
  if (std::in_range<T>(value)) [[likely]] return static_cast<T>(value);
  if (coercion == Coercion::kStrict) return std::nullopt;
  wrapped = true;
  return static_cast<T>(static_cast<std::make_unsigned_t<T>>(value));
}

// A number into an integer: whole and below 2^53 when strict; truncated as MLflow does otherwise.
template <std::signed_integral T>
std::optional<T> CastNumber(double value, Coercion coercion, bool& wrapped) {
  const double limit = coercion == Coercion::kStrict ? kTwo53 : kTwo63;
  if (!(std::fabs(value) < limit)) return std::nullopt;
  const double whole = std::trunc(value);
  if (coercion == Coercion::kStrict && whole != value) return std::nullopt;
  return CastInteger<T>(static_cast<std::int64_t>(whole), coercion, wrapped);
}

// True when a double holds the integer exactly.
template <std::integral T>
bool IsExactDouble(T value) {
  const auto held = static_cast<double>(value);
  if (held >= -kTwo53 && held < kTwo53) return true;
  if constexpr (std::is_signed_v<T>) {
    return held >= -kTwo63 && held < kTwo63 && static_cast<T>(held) == value;
  } else {
    return held < 2 * kTwo63 && static_cast<T>(held) == value;
  }
}

// Finite in float32 as well; -0.0 becomes 0.0 in both.
inline bool FitsFloat32(double value) {
  return std::isfinite(static_cast<float>(value));
}

// Text of a decimal number, blanks around it allowed: "0.25", "-1e3", "nan", "inf". No separators,
// no hexadecimal, ASCII digits only.
std::optional<double> ParseDecimal(std::string_view text);
// Text of an integer, blanks around it allowed.
std::optional<std::int64_t> ParseInteger(std::string_view text);
// Microseconds since 1970: RFC 3339; as MLflow also without a zone (UTC), with a blank for the 'T',
// or a date alone.
std::optional<std::int64_t> ParseTimestamp(std::string_view text, Coercion coercion);
// Valid UTF-8 (no overlong forms, no surrogates) without NUL.
bool IsPlainText(std::string_view text);

}  // namespace mooring::serving
