// HddmA: the mean since the start against the mean up to its best point, by Hoeffding's bound. Use
// it on losses in [0, 1] to compare with tools that have it.
//
// The best point is where mean + Hoeffding radius was least (for a rise; largest mean - radius for
// a fall). With n values in all, mean m, and n0 values of mean m0 up to that point, a rise is seen
// when
//   m - m0 >= sqrt(k/2 ln(2/confidence)),   k = (n - n0) / (n0 n).
// Frías-Blanco et al., "Online and non-parametric drift detection methods based on Hoeffding's
// bounds", IEEE TKDE 27 (2014), with the radius sqrt(ln(1/confidence) / 2n) of River 0.19, whose
// recorded indices hddm_a_test.cpp checks. The bound holds for one look, not for many.
//
// Input: 0 to 1, clipped to it. Restarts itself after a drift.
// Thread safety: none. Values that are not finite are ignored. Cost: three square roots a value.
#pragma once

#include "data/stats/detectors/detector.h"
#include "data/stats/detectors/running_mean.h"

namespace mooring::data {

struct HddmAOptions {
  double drift = 0.001;    // confidence of a drift
  double warning = 0.005;  // confidence of a warning
  bool two_sided = false;  // falls as well as rises
};

class HddmA {
 public:
  explicit HddmA(const HddmAOptions& options = {}) : options_(options) {}
  DetectorState Add(double x);
  void Reset() { *this = HddmA(options_); }
  DetectorState state() const { return state_; }

 private:
  double Radius(const RunningMean& mean) const;
  // kDrift, kWarning or kStable of the mean since `from`, `sign` 1 for a rise and -1 for a fall.
  DetectorState Judge(const RunningMean& from, double sign) const;

  HddmAOptions options_;
  RunningMean all_, lowest_, highest_;
  DetectorState state_ = DetectorState::kStable;
};

}  // namespace mooring::data
