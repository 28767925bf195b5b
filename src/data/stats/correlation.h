// Correlations: how far two columns go together, and how sure that is.
//
// Pairs are given as two columns of equal length. The p-value is two-sided, of "not related".
// A column of one value has no correlation with anything: both NaN.
//
//   Pearson   sum (x-mx)(y-my) / (|x-mx| |y-my|); p exact for normal data, from
//             r ~ Beta(n/2-1, n/2-1) on [-1, 1]
//   Spearman  Pearson's of average ranks; the same p, which is approximate below some 20 pairs
//   Kendall   tau-b = (concordant - discordant) / sqrt((pairs - ties x)(pairs - ties y)); p exact
//             without ties for up to 33 pairs or at most one pair out of order, else from the
//             normal law with the variance for ties (Kendall 1970)
//   Cramer V  sqrt(chi2 / (n (min(rows, columns) - 1))), 0 to 1, without bias correction; p of
//             chi-squared without Yates' correction
//
// Agrees with SciPy 1.10.1 (pearsonr, spearmanr, kendalltau, contingency.association) to 1e-12;
// with two pairs p is 1 for all (SciPy: NaN for Spearman). Test: extra.json, counts.json.
//
// Errors: kInvalidArgument when lengths differ, there are fewer than two pairs, or a value is NaN
// or (Pearson only) infinite. Thread safety: pure functions. Complexity: n, others n log n.
#pragma once

#include <span>

#include "base/result.h"
#include "data/stats/counts/count_table.h"
#include "data/stats/test_result.h"

namespace mooring::data {

Result<TestResult> PearsonCorrelation(std::span<const double> x, std::span<const double> y);
Result<TestResult> SpearmanCorrelation(std::span<const double> x, std::span<const double> y);
Result<TestResult> KendallCorrelation(std::span<const double> x, std::span<const double> y);

// The errors of Margins::Of. One row or column: NaN.
Result<TestResult> CramersV(const CountTable& table);

}  // namespace mooring::data
