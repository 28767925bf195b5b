// Isotonic: the non-decreasing curve closest to the points by weighted squares, drawn as straight
// lines between knots. Use it to turn scores into probabilities (cbpe.h) or wherever only the order
// is trusted.
//
//   ASSIGN_OR_RETURN(const Isotonic curve, Isotonic::Fit(scores, outcomes));
//   const double p = curve.At(0.37);
//
// Rule (as IsotonicRegression(out_of_bounds="clip") of scikit-learn 1.2.1): points of equal x
// become one with the weighted mean of y; pool adjacent violators (Ayer et al. 1955) gives blocks
// of equal y; of a block only the first and last x stay as knots; beyond the outer knots the curve
// is flat. Points of no weight take no part. x equal means the same double.
//
// Thread safety: const methods may be called from any thread. Complexity: Fit O(n log n), At
// O(log knots) without allocation. Errors: kInvalidArgument for no point of weight above 0, lengths
// that differ, values that are not finite, weights that are negative or not finite.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"

namespace mooring::data {

class Isotonic {
 public:
  static Result<Isotonic> Fit(std::span<const double> x, std::span<const double> y,
                              std::span<const double> weights = {});
  // From knots of an earlier fit: x strictly rising, y never falling, all finite, at least one;
  // else kInvalidArgument.
  static Result<Isotonic> FromKnots(std::vector<double> x, std::vector<double> y);

  // NaN for NaN.
  double At(double x) const;

  const std::vector<double>& knots_x() const { return x_; }
  const std::vector<double>& knots_y() const { return y_; }

 private:
  Isotonic() = default;
  void AddKnot(double x, double y) {
    x_.push_back(x);
    y_.push_back(y);
  }

  std::vector<double> x_, y_;
};

}  // namespace mooring::data
