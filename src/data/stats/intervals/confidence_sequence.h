// Confidence sequences: intervals of a mean that may be looked at after every value and still hold.
// Use them wherever a number is watched all the time; an ordinary 95 % interval that is re-read
// from n = 100 to 20 000 misses the truth at some moment in more than half of all runs.
//
// AsymptoticSequence (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2021) is for any values with a
// variance and holds in the limit; it is not given before `least` values:
//   mean +- s sqrt(2 (n r^2 + 1)/(n^2 r^2) ln(sqrt(n r^2 + 1)/alpha)),
//   r = sqrt((-2 ln alpha + ln(1 - 2 ln alpha)) / tightest_at),
// s the deviation with n in the denominator. Beside an ordinary interval it is 1.72 times as wide
// at n = 1 000 and 1.56 times at 10 000 (alpha 0.05, tightest at 5 000).
//
// BoundedSequence (Waudby-Smith, Ramdas 2024, predictable empirical-Bernstein) is for values in
// [low, high] and holds exactly, from the first value on, without any assumption on their law but a
// constant conditional mean:
//   centre = sum l_i x_i / sum l_i,  half-width = (ln(2/alpha) + sum v_i psi(l_i)) / sum l_i,
//   v_i = (x_i - m_{i-1})^2,  psi(l) = -ln(1 - l) - l,
//   l_i = min(sqrt(2 ln(2/alpha) / (s2_{i-1} i ln(1 + i))), 1/2),
// m and s2 running mean and variance, started as if 1/2 had been seen once with variance 1/4. The
// interval is the intersection of all so far, so it never widens.
//
// Thread safety: none. Complexity: O(1) a value, no allocation. Errors: a value that is not finite
// (or not within the bounds) is refused by Add and leaves the sequence as it was.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "data/stats/intervals/interval.h"

namespace mooring::data {

class AsymptoticSequence {
 public:
  struct Options {
    double alpha = 0.05;
    double tightest_at = 5000;  // number of values at which the width is best
    std::uint64_t least = 100;  // below it there is no interval
  };
  // kInvalidArgument for alpha outside (0, 1) or tightest_at not above 0.
  static Result<AsymptoticSequence> Make(const Options& options);

  Status Add(double x);
  std::uint64_t count() const { return count_; }
  // The bounds are NaN below `least` values. standard_error is s / sqrt n.
  IntervalEstimate Now() const;
  // The width's factor: half-width = s times this, after n values. Decreases with n in the end.
  double HalfWidthFactor(double n) const;

 private:
  AsymptoticSequence(const Options& options, double rho_squared)
      : options_(options), rho_squared_(rho_squared) {}

  Options options_;
  double rho_squared_;
  std::uint64_t count_ = 0;
  double mean_ = 0, m2_ = 0;
};

class BoundedSequence {
 public:
  struct Options {
    double low = 0, high = 1;
    double alpha = 0.05;
  };
  // kInvalidArgument for alpha outside (0, 1) or bounds that are not finite and rising.
  static Result<BoundedSequence> Make(const Options& options);

  Status Add(double x);
  std::uint64_t count() const { return count_; }
  // The whole range before the first value. value is the plain mean of the values (NaN before).
  // Should the values contradict a constant mean, lower may come above upper: that is evidence.
  IntervalEstimate Now() const;

 private:
  explicit BoundedSequence(const Options& options) : options_(options) {}

  Options options_;
  std::uint64_t count_ = 0;
  double sum_ = 0;                                 // of values scaled to [0, 1]
  double squares_ = 0;                             // of their distances from the running mean
  double weights_ = 0, weighted_ = 0, width_ = 0;  // sums of l, l x, v psi(l)
  double lower_ = 0, upper_ = 1;
};

}  // namespace mooring::data
