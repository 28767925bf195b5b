// HddmW: two exponentially weighted means, before and after the best point, by McDiarmid's bound.
// Use it on losses in [0, 1] to see abrupt changes soon, at the price of false alarms; for
// comparison with tools that have it.
//
// A weighted mean is w <- a x + (1 - a) w with bound term b <- a^2 + (1 - a)^2 b from b = 1. The
// best point is where w + sqrt(b ln(1/confidence) / 2) was least; the mean after it starts anew,
// and a rise is seen when it exceeds the mean up to it by more than sqrt((b1 + b2) ln(1/confidence)
// / 2); falls in mirror image. Frías-Blanco et al., IEEE TKDE 27 (2014), as River 0.19 computes it,
// whose recorded indices hddm_w_test.cpp checks: there a weighted mean that is exactly 0 becomes
// the next value.
//
// Input: 0 to 1, clipped to it. Restarts itself after a drift.
// Thread safety: none. Values that are not finite are ignored. Cost: up to six square roots a
// value.
#pragma once

#include <limits>

#include "data/stats/detectors/detector.h"

namespace mooring::data {

struct HddmWOptions {
  double drift = 0.001;    // confidence of a drift
  double warning = 0.005;  // confidence of a warning
  double weight = 0.05;    // of the newest value
  bool two_sided = false;  // falls as well as rises
};

class HddmW {
 public:
  explicit HddmW(const HddmWOptions& options = {}) : options_(options) {}
  DetectorState Add(double x);
  void Reset() { *this = HddmW(options_); }
  DetectorState state() const { return state_; }

 private:
  struct WeightedMean {
    double mean = 0, bound = 1;
    bool any = false;
    void Add(double x, double weight);
  };
  struct Side {
    WeightedMean before, after;
    double best = std::numeric_limits<double>::infinity();
  };
  double Radius(double bound, double confidence) const;
  // Moves the best point or feeds the mean after it; `sign` 1 for rises, -1 for falls.
  void Feed(Side& side, double x, double sign);
  DetectorState Judge(const Side& side, double sign) const;

  HddmWOptions options_;
  WeightedMean all_;
  Side rise_, fall_;
  DetectorState state_ = DetectorState::kStable;
};

}  // namespace mooring::data
