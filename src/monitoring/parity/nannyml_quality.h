// NannyML's data quality measures, chunk by chunk: rates of missing, unseen and out-of-range
// values; mean, deviation, median and sum of numbers. Parity mode; see nannyml.h.
//
// Symbols: R the column in the reference, m the chunk's rows with missing ones, p a share.
//   missing       all columns; share of m; error sqrt(p (1 - p) / m), p of R; band cut at 0 and 1
//   unseen        texts not in R, share of m; alert when above 0; no error
//   out_of_range  numbers beyond R's least and greatest, likewise
//   average       error s / sqrt m, s the deviation (n - 1) of R
//   std           n - 1; error sqrt((mu4 - (m - 3) s^4 / (m - 1)) / m) / (2 s), mu4 the fourth
//                 central moment of R; no error when R has missing values or is constant
//   median        error 1 / (2 f sqrt m), f the Gaussian kernel density of R's present values at
//                 their median (Scott's width n^(-1/5) s); 0 for a constant, where the tool has
//                 rounding noise of 1e-17
//   sum           0 for a chunk without values; error s sqrt m
// The last four alert unless strictly inside the band, the rates when strictly outside.
//
// Thread safety: pure functions. Complexity: one pass a chunk and measure, a sort for medians.
#pragma once

#include <vector>

#include "monitoring/parity/nannyml_rows.h"

namespace mooring::monitoring {

// Methods "missing_rate", "unseen_rate", "range_rate", "average", "std", "median", "sum", in this
// order, each for its columns in the reference's order. The columns of both batches must agree (the
// caller's promise); timestamps count for missing_rate only.
std::vector<NannyRow> NannyQuality(const data::Batch& reference, const data::Batch& analysis,
                                   std::size_t chunk_size);

}  // namespace mooring::monitoring
