// MixtureSr: the e-detector of e_detector.h for a stream with no reference at hand: it learns its
// baseline from the first values and watches from there on. Also the kind "mixture_sr", with all
// parameters as numbers.
//
// With a baseline given it is a BoundedEDetector on values scaled from [low, high] to [0, 1]. With
// none, mean and deviation of the first reference_rows values become the baseline, its margin
// covers that they are estimated, and no answer but kStable is given meanwhile. Theorem, margin,
// source: see e_detector.h. It does not restart itself; Reset learns anew what was learnt.
//
// Thread safety: none. Values that are not finite are ignored. Cost: as BoundedEDetector.
#pragma once

#include <optional>

#include "data/stats/detectors/e_detector.h"
#include "data/stats/detectors/running_mean.h"

namespace mooring::data {

struct MixtureSrOptions {
  // baseline and deviation in the units of the values; reference_rows at least 2 when they are
  // learnt.
  EDetectorOptions test = {.reference_rows = 5000};
  bool learn = true;         // baseline and deviation are not known
  double low = 0, high = 1;  // the range of values; others are clipped to it
};

class MixtureSr {
 public:
  // kInvalidArgument for options that make no sense; says which.
  static Result<MixtureSr> Make(const MixtureSrOptions& options);
  DetectorState Add(double x);
  void Reset();
  DetectorState state() const { return test_ ? test_->state() : DetectorState::kStable; }
  // Null while learning.
  const BoundedEDetector* test() const { return test_ ? &*test_ : nullptr; }

 private:
  explicit MixtureSr(const MixtureSrOptions& options) : options_(options) {}
  double Scaled(double x) const { return (x - options_.low) / (options_.high - options_.low); }

  MixtureSrOptions options_;
  RunningSpread learnt_;
  std::optional<BoundedEDetector> test_;
};

}  // namespace mooring::data
