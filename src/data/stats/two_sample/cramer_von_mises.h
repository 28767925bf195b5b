// The two-sample test of Cramer and von Mises: like Kolmogorov-Smirnov, but by the mean square of
// the gap between the distribution functions instead of the largest.
//
// Use it for continuous features. NOT for tied data when the sizes differ: the statistic is then
// meaningless, here as in SciPy (a constant that did not change, 800 against 700 values, has
// p = 4e-6). Ask HasTies first and give no verdict where it is true.
//
//   U = n sum (r_i - i)^2 + m sum (s_j - j)^2,  r and s the (mid)ranks of the sorted samples
//   T = U / (n m (n + m)) - (4 n m - 1) / (6 (n + m))
//
// p is exact while both samples have at most 20 values, else that of the limiting distribution at T
// brought to its mean and variance. Sources: Anderson, Annals of Mathematical Statistics 33 (1962);
// Xiao, Gordon, Yakovlev, Journal of Statistical Software 17 (2007) 8 for the exact count. As
// SciPy 1.10.1's cramervonmises_2samp: p within 1e-7 (the series of the limit is cut where SciPy
// cuts it, so that p below 1e-6 says no more than that).
//
// Failure: kInvalidArgument for less than two values or a NaN. Thread safety: pure functions.
// Cost: two sorts; exact p up to 0.1 s (19 against 20 values far apart), 1 ms where nothing
// differs.
#pragma once

#include <span>

#include "base/result.h"
#include "data/stats/test_result.h"

namespace mooring::data {

enum class CvmMethod { kAuto, kExact, kAsymptotic };

// kExact beyond 20 values is refused (kTooLarge): its work grows with the fourth power.
Result<TestResult> CramerVonMises(std::span<const double> a, std::span<const double> b,
                                  CvmMethod method = CvmMethod::kAuto);

// True when a value of the pooled sorted samples comes twice.
bool HasTies(std::span<const double> sorted_a, std::span<const double> sorted_b);

}  // namespace mooring::data
