// Decimal: mantissa * 10^-scale in 128 bits, for money. Sums, differences and products are exact or
// refuse.
//
// Thread safety: values. Failure: every operation that could leave 128 bits or kMaxScale gives
// nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mooring::data {

class Decimal {
 public:
  static constexpr int kMaxScale = 30;

  constexpr Decimal() = default;
  constexpr explicit Decimal(std::int64_t whole) : mantissa_(whole) {}
  // Digits with at most one point: "120", "0.05", ".5". Nothing for anything else or too many
  // digits.
  static std::optional<Decimal> Parse(std::string_view text);

  // The shortest decimal that reads back to this number: what its writer meant. Nothing for what is
  // not finite, too large, or has more than kMaxScale digits behind the point.
  static std::optional<Decimal> Shortest(double number);
  static std::optional<Decimal> Shortest(float number);

  std::optional<Decimal> Plus(const Decimal& other) const;
  std::optional<Decimal> Minus(const Decimal& other) const;
  std::optional<Decimal> Times(const Decimal& other) const;
  std::optional<Decimal> Negated() const { return Decimal().Minus(*this); }
  // Below, equal, above: -1, 0, 1.
  std::optional<int> Compare(const Decimal& other) const;

  enum class Rounding { kHalfAwayFromZero, kDown, kUp, kAwayFromZero };
  // With that many digits after the point.
  std::optional<Decimal> Rounded(int digits, Rounding rounding) const;
  // This times 10^digits, rounded: minor units of money.
  std::optional<std::int64_t> InUnitsOf(int digits,
                                        Rounding rounding = Rounding::kHalfAwayFromZero) const;
  // A number as money: what its writer meant, in minor units. Nothing for what is not finite or
  // does not fit.
  static std::optional<std::int64_t> UnitsOf(double number, int digits,
                                             Rounding rounding = Rounding::kHalfAwayFromZero);
  // Digits behind the point, without zeros at the end: 2 of 1.50 is 1.
  int digits_behind_point() const;
  double ToDouble() const;

 private:
  template <typename Real>
  static std::optional<Decimal> ShortestOf(Real number);
  using Wide = __int128;
  constexpr Decimal(Wide mantissa, int scale) : mantissa_(mantissa), scale_(scale) {}
  static std::optional<Wide> Scaled(Wide mantissa, int by);

  Wide mantissa_ = 0;
  int scale_ = 0;
};

}  // namespace mooring::data
