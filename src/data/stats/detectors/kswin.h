// Kswin: the newest values against a sample of older ones, by the Kolmogorov–Smirnov test. Use it
// where the shape of a stream may change and not its mean; its windows are small, so small changes
// stay unseen.
//
// Of the last `window` values the newest `recent` are compared with as many drawn without
// replacement from the older ones. A drift is an exact two-sided p-value of at most alpha and a
// distance above 0.1. For n values on either side, and h = n D a whole number (Gnedenko and
// Korolyuk, 1951),
//   p = 2 sum over k >= 1 of (-1)^(k-1) C(2n, n - k h) / C(2n, n),
// so that the least h with p <= alpha is found once. Raab, Heusinger, Schleif, Neurocomputing 2020.
// Draws come from the seed and the same seed gives the same answers; they are not those of other
// tools. Each value is one test, with probability alpha of a false alarm each.
//
// Restarts itself, from an empty window and the seed, after a drift.
// Thread safety: none. Values that are not finite are ignored. Cost: sorting 2 * recent values a
// value; memory is taken at construction.
#pragma once

#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "data/stats/detectors/detector.h"

namespace mooring::data {

struct KswinOptions {
  double alpha = 0.005;
  int window = 100;
  int recent = 30;  // at most half of the window
  std::uint64_t seed = 1;
};

// The probability that the distance of two samples of n values each is at least h / n, 1 <= h <= n,
// when nothing differs and no values are equal.
double KolmogorovSmirnovExactP(int n, int h);

class Kswin {
 public:
  // kInvalidArgument when recent is over half of the window or below 1.
  static Result<Kswin> Make(const KswinOptions& options);
  DetectorState Add(double x);
  void Reset();
  DetectorState state() const { return state_; }

 private:
  explicit Kswin(const KswinOptions& options);
  int Distance();  // largest difference of counts, of the newest values and a sample

  KswinOptions options_;
  int least_distance_;  // that is a drift, in counts; recent + 1 when none can be
  Rng rng_;
  std::vector<double> window_;  // a ring
  std::size_t next_ = 0;        // where the next value goes
  std::size_t filled_ = 0;
  std::vector<double> newest_, older_;
  DetectorState state_ = DetectorState::kStable;
};

}  // namespace mooring::data
