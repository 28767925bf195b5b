// Interval of a mean, such as a mean loss, from rows or from clusters of rows.
//
// Use MeanInterval when rows are independent, ClusteredMeanInterval when several rows belong to one
// client, store or day: rows taken as independent there deny three A/A tests in ten (20 decisions a
// client, intra-cluster correlation 0.2: false positives 0.355 instead of 0.05). Heavy-tailed money
// needs about 5 000 rows before any interval of a mean can be trusted. For numbers watched all the
// time use confidence_sequence.h.
//
// Symbols: x_i values, n rows, m their mean, s^2 = sum (x_i - m)^2 / (n - 1), q the quantile of
// (1 + confidence)/2.
//   rows:     m +- q s / sqrt n, q of Student's t with n - 1 degrees, or of the normal
//   clusters: m +- q sqrt(G/(G-1) sum_g (sum_{i in g} (x_i - m))^2) / n, t with G - 1 degrees for G
//             clusters (the sandwich with the usual small-sample factor)
//
// Errors: kInvalidArgument for fewer than two rows or clusters, values that are not finite, lengths
// that differ, a confidence outside (0, 1).
//
// Thread safety: pure functions. Complexity: O(n); clusters sort, O(n log n).
// Numbers its test checks: SciPy 1.10.1 and statsmodels 0.13.5, within 1e-12 (normal) and 1e-10
// (Student: SciPy's quantile is itself off by up to 3e-10 of its size).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "data/stats/intervals/interval.h"

namespace mooring::data {

enum class MeanLaw { kStudent, kNormal };

Result<IntervalEstimate> MeanInterval(std::span<const double> values, double confidence = 0.95,
                                      MeanLaw law = MeanLaw::kStudent);

// From counters kept elsewhere: rows, mean and sum of squared deviations from it (Welford's M2).
Result<IntervalEstimate> MeanIntervalOfMoments(std::size_t rows, double mean, double m2,
                                               double confidence = 0.95,
                                               MeanLaw law = MeanLaw::kStudent);

// clusters[i] names the cluster of row i; any numbers will do.
Result<IntervalEstimate> ClusteredMeanInterval(std::span<const double> values,
                                               std::span<const std::uint64_t> clusters,
                                               double confidence = 0.95);

}  // namespace mooring::data
