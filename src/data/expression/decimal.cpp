#include "data/expression/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace mooring::data {

std::optional<Decimal::Wide> Decimal::Scaled(Wide mantissa, int by) {
  for (; by > 0; --by) {
    if (__builtin_mul_overflow(mantissa, Wide{10}, &mantissa)) return std::nullopt;
  }
  return mantissa;
}

std::optional<Decimal> Decimal::Parse(std::string_view text) {
  Decimal parsed;
  bool after_point = false, has_digit = false;
  for (const char c : text) {
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    has_digit = true;
    if (__builtin_mul_overflow(parsed.mantissa_, Wide{10}, &parsed.mantissa_) ||
        __builtin_add_overflow(parsed.mantissa_, Wide{c - '0'}, &parsed.mantissa_)) {
      return std::nullopt;
    }
    if (after_point && ++parsed.scale_ > kMaxScale) return std::nullopt;
  }
  return has_digit ? std::optional(parsed) : std::nullopt;
}

template <typename Real>
std::optional<Decimal> Decimal::ShortestOf(Real number) {
  if (!std::isfinite(number)) return std::nullopt;
  char digits[40];  // -1.2345678901234567e-308
  const char* const end =
      std::to_chars(digits, digits + sizeof(digits), number, std::chars_format::scientific).ptr;
  const char* at = digits + (digits[0] == '-' ? 1 : 0);
  Decimal found;
  int scale = 0;
  for (bool after_point = false; *at != 'e'; ++at) {
    if (*at == '.') {
      after_point = true;
      continue;
    }
    found.mantissa_ = found.mantissa_ * 10 + (*at - '0');
    scale += after_point ? 1 : 0;
  }
  ++at;
  if (*at == '+') ++at;
  int exponent = 0;
  std::from_chars(at, end, exponent);
  scale -= exponent;
  if (scale > kMaxScale) return std::nullopt;
  const auto mantissa = Scaled(found.mantissa_, -scale);
  if (!mantissa) return std::nullopt;
  found.mantissa_ = digits[0] == '-' ? -*mantissa : *mantissa;
  found.scale_ = std::max(scale, 0);
  return found;
}

std::optional<Decimal> Decimal::Shortest(double number) { return ShortestOf(number); }
std::optional<Decimal> Decimal::Shortest(float number) { return ShortestOf(number); }

std::optional<Decimal> Decimal::Plus(const Decimal& other) const {
  const int scale = std::max(scale_, other.scale_);
  const auto a = Scaled(mantissa_, scale - scale_),
             b = Scaled(other.mantissa_, scale - other.scale_);
  Wide sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return Decimal(sum, scale);
}

std::optional<Decimal> Decimal::Minus(const Decimal& other) const {
  Wide negative = 0;
  if (__builtin_sub_overflow(Wide{0}, other.mantissa_, &negative)) return std::nullopt;
  return Plus(Decimal(negative, other.scale_));
}

std::optional<Decimal> Decimal::Times(const Decimal& other) const {
  Wide product = 0;
  if (scale_ + other.scale_ > kMaxScale ||
      __builtin_mul_overflow(mantissa_, other.mantissa_, &product)) {
    return std::nullopt;
  }
  return Decimal(product, scale_ + other.scale_);
}

std::optional<int> Decimal::Compare(const Decimal& other) const {
  const int scale = std::max(scale_, other.scale_);
  const auto a = Scaled(mantissa_, scale - scale_),
             b = Scaled(other.mantissa_, scale - other.scale_);
  if (!a || !b) return std::nullopt;
  return *a < *b ? -1 : (*a > *b ? 1 : 0);
}

std::optional<Decimal> Decimal::Rounded(int digits, Rounding rounding) const {
  if (scale_ <= digits) return *this;
  const auto step = Scaled(1, scale_ - digits);
  if (!step) return std::nullopt;
  Wide whole = mantissa_ / *step;
  const Wide rest = mantissa_ % *step;  // has the sign of the mantissa
  const bool away = rounding == Rounding::kAwayFromZero;
  if ((rounding == Rounding::kDown || away) && rest < 0) --whole;
  if ((rounding == Rounding::kUp || away) && rest > 0) ++whole;
  if (rounding == Rounding::kHalfAwayFromZero) {
    if (rest >= *step - rest) ++whole;
    if (-rest >= *step + rest) --whole;
  }
  return Decimal(whole, digits);
}

std::optional<std::int64_t> Decimal::InUnitsOf(int digits, Rounding rounding) const {
  const auto rounded = Rounded(digits, rounding);
  if (!rounded) return std::nullopt;
  const auto units = Scaled(rounded->mantissa_, digits - rounded->scale_);
  if (!units || *units > std::numeric_limits<std::int64_t>::max() ||
      *units < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*units);
}

std::optional<std::int64_t> Decimal::UnitsOf(double number, int digits, Rounding rounding) {
  if (const auto exact = Shortest(number)) return exact->InUnitsOf(digits, rounding);
  // The 17 digits of a double leave kMaxScale only when it is smaller than half of any unit.
  constexpr double kNothing = 1e-12;
  if (!(std::abs(number) < kNothing)) return std::nullopt;
  const bool away = rounding == Rounding::kAwayFromZero;
  if (number > 0 && (away || rounding == Rounding::kUp)) return 1;
  if (number < 0 && (away || rounding == Rounding::kDown)) return -1;
  return 0;
}

int Decimal::digits_behind_point() const {
  int digits = scale_;
  for (Wide rest = mantissa_; digits > 0 && rest % 10 == 0; rest /= 10) --digits;
  return digits;
}

double Decimal::ToDouble() const {
  return static_cast<double>(mantissa_) / static_cast<double>(Scaled(1, scale_).value_or(1));
}

}  // namespace mooring::data
