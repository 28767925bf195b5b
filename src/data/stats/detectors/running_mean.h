// RunningMean and RunningSpread: mean and sample variance of a stream in two and three numbers, by
// Welford's updates (Technometrics 4, 1962). For the detectors of this folder, whose recorded
// alarms depend on the order of roundings: mean += (1/n)(x - mean).
//
// Thread safety: values. Finite input only: the detectors see to that.
#pragma once

#include <algorithm>

namespace mooring::data {

// A finite value kept to a size whose square and sums stay finite.
inline double WithinReason(double x) { return std::clamp(x, -1e150, 1e150); }

struct RunningMean {
  double n = 0;
  double mean = 0;  // 0 before the first value
  void Add(double x) {
    n += 1;
    mean += (1 / n) * (x - mean);
  }
};

struct RunningSpread {
  RunningMean center;
  double squares = 0;  // of deviations from the mean
  void Add(double x) {
    const double before = center.mean;
    center.Add(x);
    squares += (x - before) * (x - center.mean);
  }
  // Divided by n - 1; 0 for fewer than two values.
  double Variance() const { return center.n > 1 ? squares / (center.n - 1) : 0; }
};

}  // namespace mooring::data
