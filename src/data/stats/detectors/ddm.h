// Ddm: the error rate since the start against its own best, in standard errors. Use it to compare
// with tools that have it: it forgets nothing, so it grows deaf with the age of the stream, and it
// raises false alarms early. mixture_sr (e_detector.h) finds the same changes sooner.
//
// After n values with error rate p and s = sqrt(p(1-p)/n), the least p + s seen gives (p0, s0);
// then p + s > p0 + 2 s0 warns and p + s > p0 + 3 s0 is a drift. Nothing is judged within the first
// `warm_up` values. Gama, Medas, Castillo, Rodrigues, "Learning with drift detection", SBIA 2004,
// with the strict comparisons of River 0.19, whose recorded indices ddm_test.cpp checks.
//
// Input: 0 or 1, or a loss in [0, 1]; clipped to it. Restarts itself after a drift.
// Thread safety: none. Values that are not finite are ignored. Cost: a square root a value.
#pragma once

#include <limits>

#include "data/stats/detectors/detector.h"
#include "data/stats/detectors/running_mean.h"

namespace mooring::data {

struct DdmOptions {
  int warm_up = 30;
  double warning = 2;  // standard errors
  double drift = 3;
};

class Ddm {
 public:
  explicit Ddm(const DdmOptions& options = {}) : options_(options) {}
  DetectorState Add(double x);
  void Reset() { *this = Ddm(options_); }
  DetectorState state() const { return state_; }

 private:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  DdmOptions options_;
  RunningMean rate_;
  double least_rate_ = kNone, least_error_ = kNone, least_sum_ = kNone;
  DetectorState state_ = DetectorState::kStable;
};

}  // namespace mooring::data
