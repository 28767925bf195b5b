// IntervalEstimate: a number that was measured, with the range that holds the true one as often as
// its confidence says. Every interval of this folder is given as one.
//
// Thread safety: a value. Units: those of the number. Bounds are inclusive.
#pragma once

#include <limits>

namespace mooring::data {

struct IntervalEstimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  double standard_error = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace mooring::data
