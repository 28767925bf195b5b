// Evidence: what two profiles say about each feature: how much it differs, how sure that is, and
// the bars to look at. Figures only; what follows from them is the judge's (judge.h).
//
// The test is chi-squared for two samples on the groups that PSI compares (counts/chi_squared.h).
// Rows that come in runs count for less: with correlation r at lag 1 a window of m rows is taken as
// m' = m (1 - r) / (1 + r), and the statistic is scaled by [m'/(n + m')] / [m/(n + m)], as its
// expectation is under a difference. p-values of all inputs and outputs are then corrected
// together (Benjamini-Hochberg).
//
// Thread safety: pure. Complexity: about 2 µs a column.
#pragma once

#include <span>
#include <vector>

#include "data/stats/profile.h"
#include "monitoring/window_report.h"

namespace mooring::monitoring {

// Column by column what both profiles have on the same bins, in the reference's order, the model's
// own outputs last and the score at the end. `correlations`: r of the window's columns, by place;
// none or fewer: 0.
std::vector<FeatureDrift> GatherEvidence(const data::BatchProfile& reference,
                                         const data::BatchProfile& window,
                                         std::span<const double> correlations = {});

// Sets q_value from p_value over all of them; NaN stays NaN.
void CorrectForMany(std::vector<FeatureDrift>& features);

// The bars of a column: at most 10 ranges, or the 12 greatest categories with "other" and "unseen".
std::vector<Bar> BarsOf(const data::BatchProfile& reference, const data::BatchProfile& window,
                        std::size_t column);

}  // namespace mooring::monitoring
