// Edges of equal-width histograms by the rules that monitoring tools use, and quantiles: all as
// numpy 1.24 computes them, so that a binned distance of another tool can be repeated. Verdicts use
// frozen_bins.h instead: equal-width edges move with every window and one outlier empties them.
//
// With n values, range = max - min, deviation s (divided by n), the width of a bin is
//   kSqrt              range / sqrt n
//   kSturges           range / (log2 n + 1)                       (1926; Evidently)
//   kRice              range / (2 n^(1/3))
//   kScott             s (24 sqrt(pi) / n)^(1/3)                    (1979)
//   kDoane             range / (1 + log2 n + log2(1 + |g1| / sg1)) (1976; NannyML), g1 the
//   skewness,
//                      sg1 = sqrt(6(n-2)/((n+1)(n+3))); one bin for n <= 2
//   kFreedmanDiaconis  2 (Q3 - Q1) / n^(1/3)                       (1981)
// and the number of bins is range / width, rounded up; one for a width of 0. A constant c has the
// one bin [c - 0.5, c + 0.5].
//
// Errors: kInvalidArgument for no values, NaN or infinite ones, a range beyond doubles; kTooLarge
// for more bins than kHistogramBins (Freedman-Diaconis with a far outlier).
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace mooring::data {

enum class EdgeRule { kSqrt, kSturges, kRice, kScott, kDoane, kFreedmanDiaconis };
inline constexpr std::size_t kHistogramBins = 65'536;

// Ascending, one more than there are bins; the first is the minimum, the last the maximum. The
// sample is in any order.
Result<std::vector<double>> HistogramEdges(std::span<const double> sample, EdgeRule rule);

// How many values are in [edge i, edge i+1), the last bin with its right end; values beyond the
// edges and NaN are left out. Fewer than two edges have no bins. Edges ascend: the caller's
// promise.
std::vector<std::uint64_t> HistogramCounts(std::span<const double> sample,
                                           std::span<const double> edges);

// The value of which a share q lies below, on the line between the neighbours of place q (n-1)
// (numpy's "linear", Hyndman & Fan 7). `sorted` ascends and has no NaN (the caller's promise);
// anywhere between a number and an infinity is that infinity, between both infinities NaN.
// kInvalidArgument for no values or q outside of [0, 1].
Result<double> Quantile(std::span<const double> sorted, double q);

}  // namespace mooring::data
