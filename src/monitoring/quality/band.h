// Band: where a quality measure stayed on reference chunks, and whether a new value left it. Used
// by estimated quality (cbpe.h, dle.h) and by realised quality beside them.
//
// Rule (NannyML 0.13.1): mean of the chunks' values +- 3 population deviations, cut to the range
// that the measure can have; an alert is a value strictly outside. The deviation of ten chunks has
// an error of about a quarter itself: a band says "unusual beside the reference", it is no test.
//
// Thread safety: pure functions.
#pragma once

#include <limits>
#include <span>

namespace mooring::monitoring {

inline constexpr double kBandDeviations = 3;

// Where a measure can be. An infinite end is no limit.
struct Limits {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

struct Band {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  // A value that is NaN (not defined) is not outside.
  bool Leaves(double value) const { return value < lower || value > upper; }
};

// NaN among the values (chunks where the measure is not defined) takes no part; without any value
// there is no band, and nothing leaves it.
Band BandOf(std::span<const double> values, const Limits& limits);

// value +- 3 errors, cut to the limits; NaN when either is NaN.
Band ConfidenceOf(double value, double error, const Limits& limits);

}  // namespace mooring::monitoring
