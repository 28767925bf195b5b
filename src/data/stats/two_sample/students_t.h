// The t-tests of two means: Student's, which takes the variances for equal, and Welch's, which does
// not.
//
// Use Welch's for the mean of a feature, a loss or a score when each sample has some thirty values
// or more; Student's only to compare with tools that use it. Not for heavy tails, nor for changes
// of shape: a mean is all it looks at.
//
//   t = (mean_a - mean_b) / s
//   Student: s^2 = ((n-1) v_a + (m-1) v_b) / (n+m-2) (1/n + 1/m),  n + m - 2 degrees of freedom
//   Welch:   s^2 = v_a/n + v_b/m,  s^4 / ((v_a/n)^2/(n-1) + (v_b/m)^2/(m-1)) degrees
//
// Sources: Student, Biometrika 6 (1908); Welch, Biometrika 34 (1947); as SciPy 1.10.1's ttest_ind,
// t and p within 1e-12 of their size. The samples are scaled by a power of two first, so that
// values of 1e308 or 1e-300 have a t, too. Two constants: equal ones have no t (both NaN);
// different ones an infinite t and p 0 (or 1, when the alternative is the other side).
//
// Failure: kInvalidArgument for less than two values in a sample or a value that is NaN or
// infinite. Thread safety: pure functions. Cost: two passes.
#pragma once

#include <span>

#include "base/result.h"
#include "data/stats/test_result.h"

namespace mooring::data {

enum class Variances { kEqual, kDifferent };  // Student, Welch

struct TTestResult {
  TestResult test;
  double degrees = 0;  // of freedom
};

Result<TTestResult> TTest(std::span<const double> a, std::span<const double> b,
                          Variances variances = Variances::kDifferent,
                          Alternative alternative = Alternative::kTwoSided);

}  // namespace mooring::data
