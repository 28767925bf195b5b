// PageHinkley: sums of deviations from the running mean against their extremes. Use it on numbers
// whose scale is known, since the threshold is in their units: 50 fits values of size one to ten
// and sleeps through losses at low rates.
//
// With x already in the running mean m: up <- alpha up + (x - m) - delta and
// down <- alpha down + (x - m) + delta. After min_rows values a drift is up - min(up) > threshold
// or max(down) - down > threshold, where the maximum starts at -1. Page, Biometrika 41 (1954);
// Hinkley, Biometrika 58 (1971); this form is River 0.19's, whose recorded indices
// page_hinkley_test.cpp checks. Others clip one sum at 0: another algorithm, with other indices.
//
// Restarts itself after a drift. Thread safety: none. Values that are not finite are ignored.
// Cost: some ten operations a value.
#pragma once

#include <limits>

#include "data/stats/detectors/detector.h"
#include "data/stats/detectors/direction.h"
#include "data/stats/detectors/running_mean.h"

namespace mooring::data {

struct PageHinkleyOptions {
  int min_rows = 30;
  double delta = 0.005;   // change to be ignored, in units of the values
  double threshold = 50;  // in units of the values
  double alpha = 0.9999;  // of the sums kept at each value
  Direction direction = Direction::kBoth;
};

class PageHinkley {
 public:
  explicit PageHinkley(const PageHinkleyOptions& options = {}) : options_(options) {}
  DetectorState Add(double x);
  void Reset() { *this = PageHinkley(options_); }
  DetectorState state() const { return state_; }

 private:
  PageHinkleyOptions options_;
  RunningMean mean_;
  double up_ = 0, least_up_ = std::numeric_limits<double>::infinity();
  double down_ = 0, most_down_ = -1;
  DetectorState state_ = DetectorState::kStable;
};

}  // namespace mooring::data
