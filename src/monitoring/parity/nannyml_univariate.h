// NannyML's drift measures of one column, chunk by chunk. Parity mode; see nannyml.h.
//
// Symbols: R the column's present values in the reference, n of them; C those of a chunk; r and c
// shares of the same bins. A chunk without values has no value and does not alert.
//   jensen_shannon      base-2 distance; numbers: Doane's equal-width bins of R, and what lies
//                       outside of them in one more bin of share 0 in R; texts: values of R and one
//                       bin for all unseen ones
//   hellinger           sqrt(sum (sqrt r - sqrt c)^2 / 2) on the same bins
//   kolmogorov_smirnov  D, exact for n < 10 000, else between the sums of 10 000 equal-width bins
//   wasserstein         W1 in the data's units, exact for n < 10 000, else the area between the
//   sums
//                       of 10 000 equal-width bins plus the exact distances of what lies outside
//   chi2                the statistic of the 2 x k table, Yates for 2 x 2; alert when p < 0.05
//   l_infinity          max |r - c|
// Distances alert when strictly above mean + 3 deviations of the reference's chunks.
//
// Oddities kept: a new value on the edge of a constant's only bin stays invisible to jensen_shannon
// and hellinger; binned wasserstein counts one imaginary row below the reference's range when a
// chunk has rows there.
//
// Thread safety: pure functions. Complexity: a sort of R a column, a search a value.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "data/stats/test_result.h"
#include "monitoring/parity/nannyml_rows.h"
#include "monitoring/parity/sample_columns.h"

namespace mooring::monitoring {

inline constexpr std::size_t kNannyBinned = 10'000;  // values, and bins, from which KS and W1 bin

// A measure learned from a reference: what it gives for a chunk's values, NaN for none.
using NumberMeasure = std::function<double(std::span<const double>)>;
using LevelMeasure = std::function<double(const LevelCounts&)>;

// `method` is one of the first four, numbers are finite; kInvalidArgument otherwise, and for an
// empty reference.
Result<NumberMeasure> FitNumberMeasure(std::string_view method, std::span<const double> reference);
// "jensen_shannon", "hellinger", "l_infinity".
Result<LevelMeasure> FitLevelMeasure(std::string_view method, const LevelCounts& reference);
// The chi2 statistic and its p-value; NaN for an empty chunk.
data::TestResult NannyChi2(const LevelCounts& reference, const LevelCounts& chunk);

// All methods of every column, numbers first by column then method, as the tool's defaults would.
// The columns of both batches agree (the caller's promise); timestamps are left out.
Result<std::vector<NannyRow>> NannyUnivariate(const data::Batch& reference,
                                              const data::Batch& analysis, std::size_t chunk_size);

}  // namespace mooring::monitoring
