// How far probabilities are from the frequencies that they promise: reliability table, expected and
// greatest calibration error, calibration slope and intercept, Hosmer-Lemeshow. Use it to watch
// calibration drift and to decide whether to recalibrate (isotonic.h).
//
// Symbols: p_i the probability, y_i in {0, 1} the truth, n rows. For a bin b of n_b rows: mean p
// and rate of y.
//   ECE = sum n_b/n |mean p - rate|      MCE = max |mean p - rate|   over bins that have rows
// Equal-count bins take the rows in order of p: bin b < B-1 has floor(n/B) of them, the last bin
// the rest; rows of equal p keep their given order, so a bin's edge may cut a group of them.
// Equal-width bins are [b/B, (b+1)/B), the last one with 1.
//
// Errors: kInvalidArgument for no rows, lengths that differ, truth other than 0 and 1, p outside
// [0, 1], no bins or (equal count) more bins than rows.
//
// Thread safety: pure functions. Complexity: O(n log n) equal-count, O(n) the others.
// Numbers its test checks: the recorded equal-count ECE, within 1e-12; statsmodels 0.13.5 for slope
// and intercept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace mooring::data {

enum class Binning { kEqualCount, kEqualWidth };

struct ReliabilityBin {
  std::size_t rows = 0;
  // Smallest and greatest p for equal-count bins, the edges for equal-width ones.
  double low = 0, high = 0;
  double mean_score = 0, rate = 0;  // NaN in a bin without rows
};

Result<std::vector<ReliabilityBin>> ReliabilityTable(std::span<const double> probabilities,
                                                     std::span<const std::uint8_t> truth,
                                                     std::size_t bins = 10,
                                                     Binning binning = Binning::kEqualCount);
double ExpectedCalibrationError(std::span<const ReliabilityBin> table);
double GreatestCalibrationError(std::span<const ReliabilityBin> table);

// The straight line through log-odds: logit P(y = 1) = intercept + slope logit(p), by maximum
// likelihood (Cox 1958). Slope 1 and intercept 0 are perfect; a slope below 1 says over-confident.
struct CalibrationLine {
  double intercept = 0, slope = 0;
  double intercept_error = 0, slope_error = 0;  // standard errors, from the observed information
  // Intercept when the slope is held at 1: above 0, more happens than is promised.
  double in_the_large = 0;
};
// p is clipped to [1e-12, 1 - 1e-12]. Newton's steps, at most 100. kFailedPrecondition when the
// likelihood has no greatest point: one class, one value of p, or classes that p parts wholly.
Result<CalibrationLine> FitCalibrationLine(std::span<const double> probabilities,
                                           std::span<const std::uint8_t> truth);

// sum over bins of (O - E)^2 / (E (1 - E / n_b)) with observed and expected positives, chi-squared
// with B - 2 degrees of freedom (Hosmer, Lemeshow 1980). Bins that expect nothing or everything and
// got it add nothing; otherwise infinite. Needs at least three bins with rows (NaN below).
struct HosmerLemeshowResult {
  double statistic = 0, p_value = 0;
  std::size_t degrees = 0;
};
HosmerLemeshowResult HosmerLemeshow(std::span<const ReliabilityBin> table);

}  // namespace mooring::data
