// The k-sample test of Anderson and Darling: do several samples come from one distribution? Like
// Cramer-von Mises, but with more weight on the tails, and right for ties (midranks).
//
// Use it where the tails of a feature matter. p is known only between 0.001 and 0.25: it is cut
// there, so do not rank or correct such p-values further.
//
//   A^2 = (N-1)/N sum_i 1/n_i sum_j l_j/N (N M_ij - n_i B_j)^2 / (B_j (N - B_j) - N l_j / 4)
//   statistic = (A^2 - (k-1)) / sigma,
// over the distinct values j of the pooled sample: l_j values equal it, M_ij and B_j values of
// sample i and of all lie below it, half of the equal ones with them. Source, sigma and the table
// of critical values: Scholz and Stephens, JASA 82 (1987), equation 7 and table 2. As
// SciPy 1.10.1's anderson_ksamp with midranks, within 1e-8; p from a parabola in the logarithm
// through the seven tabulated levels.
//
// Failure: kInvalidArgument for less than two samples, an empty one, less than 4 values in all,
// one distinct value only, or a NaN. Thread safety: pure functions. Cost: the sorts.
#pragma once

#include <span>

#include "base/result.h"
#include "data/stats/test_result.h"

namespace mooring::data {

Result<TestResult> AndersonDarling(std::span<const std::span<const double>> samples);
Result<TestResult> AndersonDarling(std::span<const double> a, std::span<const double> b);

}  // namespace mooring::data
