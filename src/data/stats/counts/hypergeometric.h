// Hypergeometric: how many marked rows are among `drawn` rows that are taken, without putting back,
// from `total` rows of which `marked` are marked. Fisher's exact test and random relabelling of
// counts stand on it.
//
//   const Hypergeometric law({.total = 10, .marked = 4, .drawn = 5});
//   law.Mass(3);       // P(X = 3)
//   law.LowerTail(3);  // P(X <= 3), also when it is 1e-200
//
// Masses by the saddle-point expansion of Loader (2000), "Fast and accurate computation of binomial
// probabilities": no difference of large logarithms, so 13 digits stay even for totals of 1e12.
// Tails are summed from the value outward by the ratio of neighbouring masses until the rest is
// below 1e-17 of the sum: some 10 standard deviations of steps at most, a deviation being at most
// sqrt(total) / 4.
//
// Thread safety: a value. No allocation.
#pragma once

#include <cstdint>

#include "base/rng.h"

namespace mooring::data {

class Hypergeometric {
 public:
  static constexpr std::uint64_t kMaxTotal = 1'000'000'000'000;
  struct Urn {
    std::uint64_t total = 0, marked = 0, drawn = 0;
  };
  // `marked` and `drawn` are at most `total`, and that at most kMaxTotal: the caller's promise.
  explicit Hypergeometric(const Urn& urn);

  // The least and the greatest value that can be, and a most probable one.
  std::uint64_t min() const { return min_; }
  std::uint64_t max() const { return max_; }
  std::uint64_t mode() const { return mode_; }

  // P(X = k), P(X <= k), P(X >= k).
  double Mass(std::uint64_t k) const;
  double LowerTail(std::uint64_t k) const;
  double UpperTail(std::uint64_t k) const;

  // A value by inversion from the mode outward: one uniform, about one deviation of steps.
  std::uint64_t Draw(Rng& rng) const;

 private:
  // Mass(k + 1) / Mass(k).
  double Ratio(std::uint64_t k) const;

  Urn urn_;
  std::uint64_t min_, max_, mode_;
};

// P(X = k) for `n` trials of probability p, 0 <= k <= n; both are whole numbers below 2^53. Loader
// (2000).
double BinomialMass(double k, double n, double p);

}  // namespace mooring::data
