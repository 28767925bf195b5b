// SerialCorrelation: how much a value resembles the one before it. Rows that come in runs (one
// client's requests, one hour's flights) carry less evidence than independent ones; a test on them
// must count m rows as m (1 - r) / (1 + r), r the correlation at lag 1 (Bartlett 1946, for
// first-order dependence).
//
// Numbers: Pearson's r of x(t) and x(t-1), values clipped to 4 reference deviations from the pivot
// so that one outlier does not decide. Categories: (s - e) / (1 - e), s the share of rows that
// repeat the category before, e that share if order meant nothing (the sum of squared shares).
//
// Thread safety: like double. Complexity: 2 ns a value, no allocation.
#pragma once

#include <cstdint>
#include <span>

namespace mooring::data {

class SerialCorrelation {
 public:
  // Of numbers: `per_unit` is one over the reference's deviation.
  void AddNumber(double x, double pivot, double per_unit) {
    double z = (x - pivot) * per_unit;
    z = z > 4 ? 4 : (z < -4 ? -4 : z);
    if (rows_++ != 0) {
      product_ += z * last_;
      before_ += last_;
      now_ += z;
    }
    squares_ += z * z;
    last_ = z;
  }
  void AddCategory(std::size_t slot) {
    const auto value = static_cast<double>(slot);
    if (rows_++ != 0 && value == last_) ++repeats_;
    last_ = value;
  }
  void Clear() { *this = {}; }
  std::uint64_t rows() const { return rows_; }

  // r of what was added, in [0, 0.99]; 0 when it is not above what chance gives (2 / sqrt(rows)).
  double OfNumbers() const;
  // `counts` of the same rows by category.
  double OfCategories(std::span<const std::uint64_t> counts) const;

 private:
  std::uint64_t rows_ = 0, repeats_ = 0;
  double last_ = 0, product_ = 0, before_ = 0, now_ = 0, squares_ = 0;
};

// Independent rows that carry as much evidence as `rows` with correlation r in [0, 1).
double EffectiveRows(double rows, double r);

}  // namespace mooring::data
