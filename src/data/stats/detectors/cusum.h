// Cusum and RateCusum: Page's cumulative sums. Use RateCusum on 0/1 values when the rate to find is
// known: no detector finds it sooner at the same rate of false alarms. Use Cusum on numbers of
// about normal shape. When the new rate is not known, mixture_sr (e_detector.h) comes close without
// it.
//
// Cusum: with z = (x - mean) / deviation, up <- max(0, up + z - slack), down <- max(0, down - z -
// slack); a drift is a sum of at least `threshold`. Mean and deviation are given, or learnt from
// the first `learn_rows` values and then kept. At slack 0.5 and threshold 5, for normal values and
// both sides, a false alarm comes every 465 values: take 8 to 10 for long streams. Montgomery,
// "Introduction to Statistical Quality Control", ch. 9.
//
// RateCusum: s <- max(0, s + ln LR(x)), LR the ratio of probabilities of x under rates p1 and p0; a
// drift is s >= threshold. Mean time to a false alarm is at least e^threshold (Lorden, Ann. Math.
// Stat. 42, 1971). Two-sided also looks for the rate as far on the other side of p0 in log odds,
// and then the bound is half. Values of at least one half count as 1.
//
// Both restart themselves after a drift; what was learnt is then learnt anew.
// Thread safety: none. Values that are not finite are ignored. Cost: some ten operations a value.
#pragma once

#include "data/stats/detectors/detector.h"
#include "data/stats/detectors/direction.h"
#include "data/stats/detectors/running_mean.h"

namespace mooring::data {

struct CusumOptions {
  double mean = 0;
  double deviation = 0;  // 0: learn both
  int learn_rows = 100;  // at least 2; all equal: the deviation is taken as the least above zero
  double slack = 0.5;    // deviations; half of the shift that is looked for
  double threshold = 5;  // deviations
  Direction direction = Direction::kBoth;
};

class Cusum {
 public:
  explicit Cusum(const CusumOptions& options = {});
  DetectorState Add(double x);
  void Reset() { *this = Cusum(options_); }
  DetectorState state() const { return state_; }

 private:
  CusumOptions options_;
  RunningSpread learnt_;
  double mean_, deviation_;  // a deviation of 0: still learning
  double up_ = 0, down_ = 0;
  DetectorState state_ = DetectorState::kStable;
};

struct RateCusumOptions {
  double p0 = 0.1;  // inside (0, 1)
  double p1 = 0.2;  // the rate to find; above or below p0
  double threshold = 8;
  bool two_sided = false;
};

class RateCusum {
 public:
  // kInvalidArgument unless p0 and p1 are inside (0, 1) and differ.
  static Result<RateCusum> Make(const RateCusumOptions& options);
  DetectorState Add(double x);
  void Reset() { first_.sum = second_.sum = 0, state_ = DetectorState::kStable; }
  DetectorState state() const { return state_; }

 private:
  struct Side {
    double of_one = 0, of_zero = 0;  // ln LR
    double sum = 0;
  };
  RateCusum(const RateCusumOptions& options, Side first, Side second)
      : options_(options), first_(first), second_(second) {}

  RateCusumOptions options_;
  Side first_, second_;
  DetectorState state_ = DetectorState::kStable;
};

}  // namespace mooring::data
