// TestResult: what a statistical test says: its statistic and the probability of one at least as
// extreme when nothing differs. A p-value is no size: it says how sure, not how much.
//
// Thread safety: values. Both are NaN where a test's own header says that it is not defined.
#pragma once

#include <limits>

namespace mooring::data {

struct TestResult {
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double p_value = std::numeric_limits<double>::quiet_NaN();
};

// Which values of a statistic are extreme: of the first sample beside the second.
enum class Alternative { kTwoSided, kLess, kGreater };

}  // namespace mooring::data
