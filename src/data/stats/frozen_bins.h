// Frozen bins: how a reference sample cuts the values of one column into counters, once and for
// all. Every profile that is to be compared with that reference counts on the same bins, so
// profiles add.
//
// NumericBins: ascending edges e0 < e1 < …; bin i holds e(i-1) < x <= e(i). The edges are the
// 64-quantiles of the reference, so each bin holds about 1/64 of it, with six more in each tail
// (1/128, 1/256 … 1/4096); a value v that alone holds more than 1/64 gets a bin of its own, (just
// below v, v]. The first bin is everything below the reference's least value and the last
// everything above its greatest: empty for the reference, "out of range" for a window.
// CategoryBins: up to 256 values by share, then "other" (known, rarer) and "unseen".
//
// Thread safety: const use from any thread. Not for learning from a stream: Learn needs the whole
// sample.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/result.h"

namespace mooring::data {

class NumericBins {
 public:
  static constexpr std::size_t kMaxEdges = 127, kMaxBins = kMaxEdges + 1, kQuantiles = 64;

  // Sorts `values`, which must be finite. No values give one bin.
  static NumericBins Learn(std::span<double> values);
  // From stored parts; kDataLoss when they are not what Learn gives.
  static Result<NumericBins> Restore(std::span<const double> edges, double pivot,
                                     int unit_exponent);

  bool operator==(const NumericBins&) const = default;
  std::size_t bins() const { return edge_count_ + 1; }
  std::span<const double> edges() const { return {edges_.data(), edge_count_}; }

  // Edges below x. Seven steps without a branch; x must not be NaN.
  std::size_t BinOf(double x) const {
    const double* at = edges_.data();
    // A shifted comparison, not a choice: compilers make jumps of choices, and these cannot be
    // foretold.
#pragma GCC unroll 7
    for (unsigned bit = 7; bit-- != 0;) {
      at += static_cast<std::size_t>(at[(std::size_t{1} << bit) - 1] < x) << bit;
    }
    return static_cast<std::size_t>(at - edges_.data());
  }

  // The fixed point in which moments are summed exactly: ticks of 2^-24 units from the pivot, a
  // unit being the power of two above the reference's standard deviation. Values beyond 2^15 units
  // count as that far.
  std::int64_t TicksOf(double x) const {
    constexpr double kFar = 0x1p39, kToInteger = 0x1.8p52;
    double ticks = (x - pivot_) * ticks_per_one_;
    ticks = ticks < -kFar ? -kFar : (ticks > kFar ? kFar : ticks);
    // Adding 1.5 * 2^52 leaves the integer, rounded to even, in the low bits: the same on every
    // CPU.
    return std::bit_cast<std::int64_t>(ticks + kToInteger) -
           std::bit_cast<std::int64_t>(kToInteger);
  }
  double tick() const { return tick_; }
  double pivot() const { return pivot_; }
  int unit_exponent() const { return unit_exponent_; }

 private:
  NumericBins();
  void SetScale(double pivot, int unit_exponent);

  std::array<double, kMaxEdges + 1> edges_;  // the rest is +infinity
  std::size_t edge_count_ = 0;
  double pivot_ = 0, ticks_per_one_ = 1, tick_ = 1;
  int unit_exponent_ = 0;
};

class CategoryBins {
 public:
  static constexpr std::size_t kNamed = 256;

  struct Parts {
    std::vector<std::string> named;   // by share, then by text
    std::vector<std::string> others;  // known but rarer
    bool open = false;                // there were too many to keep: none is called unseen
    bool operator==(const Parts&) const = default;
  };
  // Counts of distinct values, in any order.
  static CategoryBins Learn(std::vector<std::pair<std::string, std::uint64_t>> counts);
  static Result<CategoryBins> Restore(Parts parts);  // kDataLoss when values repeat or are too many

  CategoryBins(CategoryBins&&) = default;
  CategoryBins& operator=(CategoryBins&&) = default;

  bool operator==(const CategoryBins& other) const { return parts_ == other.parts_; }
  const Parts& parts() const { return parts_; }
  const std::vector<std::string>& named() const { return parts_.named; }
  std::size_t other_slot() const { return parts_.named.size(); }
  std::size_t unseen_slot() const { return parts_.named.size() + 1; }
  std::size_t slots() const { return parts_.named.size() + 2; }
  std::size_t SlotOf(std::string_view value) const;

 private:
  explicit CategoryBins(Parts parts);
  Parts parts_;
  std::unordered_map<std::string_view, std::uint16_t> slots_;  // views into parts_
};

struct ColumnBins {
  std::string name;
  std::variant<NumericBins, CategoryBins> bins;
  bool operator==(const ColumnBins&) const = default;
};

// The bins of a table, one a column, shared by a reference and all windows compared with it.
using FrozenBins = std::vector<ColumnBins>;

}  // namespace mooring::data
