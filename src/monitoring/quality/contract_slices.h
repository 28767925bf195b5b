// Contract slices: how good decisions turned out in the slices that the contract names
// (monitor.slices), whether they are bad or not: every metric with its interval, and the loss
// beside that of all other rows. Use it beside the search for the worst slices (slice_search.h):
// what was named beforehand is always shown, and pays less for being looked at.
//
// p-values (Welch's t, one-sided: worse) are corrected by Benjamini and Hochberg over the
// contract's slices, times the number of families of slices that are looked at, so that those and
// the search together find none bad by chance in 1 - q of the windows.
//
// Thread safety: pure. Complexity: each sliced column is one more pass over the rows and scores the
// window's metrics once more.
#pragma once

#include <vector>

#include "monitoring/quality/quality_plan.h"
#include "monitoring/quality/quality_report.h"

namespace mooring::monitoring {

// Slices with labelled rows, in the contract's order. `losses`: one a row, NaN where unknown, or
// beyond what was expected of it. `searched_families`: those that a search looks at besides. Below
// `least_rows` labelled in the slice or outside of it, losses are not compared.
std::vector<SliceQuality> ScoreContractSlices(const QualityPlan& plan, const QualityRows& rows,
                                              const std::vector<double>& losses,
                                              std::size_t searched_families,
                                              std::uint64_t least_rows = 30);

// Appends what a search found; a slice that is there already is not said twice.
void AddFound(std::vector<SliceQuality> found, std::vector<SliceQuality>& slices);

}  // namespace mooring::monitoring
