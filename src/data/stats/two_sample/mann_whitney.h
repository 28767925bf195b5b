// The test of Mann and Whitney (Wilcoxon's rank sum): does one sample tend to larger values than
// the other?
//
// Use it for a shift of a feature or a score of any shape, or with an alternative for "has it gone
// up". Not for a change of spread alone: it sees none.
//
//   U = R - n (n + 1) / 2,  R the sum of the (mid)ranks of the first sample in the pooled one
//
// p is exact when one sample has at most 8 values and nothing ties (and the other less than about
// 200 000, so that the orders can be counted), else normal with a continuity
// correction of 1/2 and the variance corrected for ties. Source: Mann and Whitney, Annals of
// Mathematical Statistics 18 (1947); as SciPy 1.10.1's mannwhitneyu, p within 1e-12 of its size.
// kGreater means that the first sample tends to be larger. All values equal: p is 1.
//
// Failure: kInvalidArgument for an empty sample or a NaN. Thread safety: pure functions.
// Cost: two sorts; exact p of 8 against m values 100 m steps.
#pragma once

#include <span>

#include "base/result.h"
#include "data/stats/test_result.h"

namespace mooring::data {

Result<TestResult> MannWhitney(std::span<const double> a, std::span<const double> b,
                               Alternative alternative = Alternative::kTwoSided);

}  // namespace mooring::data
