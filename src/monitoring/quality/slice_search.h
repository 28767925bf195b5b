// SliceSearch: where a model does worst. Every bin of every feature is a slice; so are the pairs of
// bins of different features made from the worst few. A slice's mean loss is compared with that of
// all other labelled rows (Welch's t, one-sided: worse); a pair must also be worse than the rest of
// each of its two bins (its p-value is the greatest of the three), or it would only repeat a bad
// bin. The p-values are corrected (Benjamini-Hochberg), so that the worst of a thousand slices is
// not found bad merely because a thousand were looked at: bins and pairs apart, each for half of
// the bound, and pairs for all that could have been made, because only the worst bins are paired.
//
// Losses whose squares are beyond 1.8e308 are not searched.
//
// Thread safety: pure. Complexity: one pass over the rows a feature, 2 ns a row and feature; pairs
// of the worst 8 bins in one more pass each.
#pragma once

#include <vector>

#include "monitoring/quality/feature_bins.h"
#include "monitoring/quality/quality_report.h"
#include "monitoring/quality/quality_rows.h"

namespace mooring::monitoring {

struct SliceSearchOptions {
  std::uint64_t least_rows = 30;  // labelled, in the slice and outside of it
  std::size_t most_found = 10;
  double q = 0.05;
  // Families of slices that are compared beside the search; the bound is divided among all.
  std::size_t other_families = 0;
};

// `losses`: one a row, NaN where unknown (losses.h). The worst slices first: those whose q-value is
// within the bound; the rest of the report's slices is not touched.
std::vector<SliceQuality> FindWorstSlices(const QualityRows& rows,
                                          const std::vector<double>& losses,
                                          const FeatureBins& features,
                                          const SliceSearchOptions& options = {});

// Sums of losses in a slice and in everything, enough for Welch's test.
struct LossSums {
  double n = 0, sum = 0, squares = 0;
  void Add(double loss) {
    n += 1;
    sum += loss;
    squares += loss * loss;
  }
};
// Slice against the rest of `all`: means, the 95 % interval of their difference, and in `q_value`
// the uncorrected one-sided p-value. NaN when either has fewer than two rows.
SliceQuality CompareLosses(const LossSums& slice, const LossSums& all);

}  // namespace mooring::monitoring
