// DeLong: variance of a ROC-AUC, and the difference of two AUCs of scores on the same rows. Use it
// for the interval of a realised AUC and to compare champion and challenger; rows that belong
// together in clusters need the bootstrap instead.
//
//   ASSIGN_OR_RETURN(const AucComparison c, CompareAucs(champion, challenger, truth));
//   c.difference.value, c.p_value
//
// Symbols: m positives, n negatives. Structural components (DeLong, DeLong, Clarke-Pearson 1988):
//   V10_i = share of negatives below positive i, ties half;  V01_j = share of positives above j
//   AUC = mean V10 = mean V01;  cov(a, b) = S10(a, b)/m + S01(a, b)/n, S the sample covariances.
// By mid-ranks (Sun, Xu 2014): V10_i = (R_i - r_i)/n with R the rank among all, r among positives.
//
// Errors: kInvalidArgument for lengths that differ, scores that are NaN, truth other than 0 and 1,
// fewer than two positives or negatives, a confidence outside (0, 1).
//
// Thread safety: pure functions. Complexity: O(N log N).
// Numbers its test checks: a published-rule vector to 1e-7 and the O(m n) definition to 1e-12.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "data/stats/intervals/interval.h"
#include "data/stats/test_result.h"

namespace mooring::data {

// AUC +- q sqrt(var), q normal, cut to [0, 1].
Result<IntervalEstimate> AucInterval(std::span<const double> scores,
                                     std::span<const std::uint8_t> truth, double confidence = 0.95);

struct AucComparison {
  double first_auc = 0, second_auc = 0;
  double first_variance = 0, second_variance = 0, covariance = 0;
  IntervalEstimate difference;  // first - second
  // z of the difference and its two-sided p. Where both rank every row alike the variance is 0:
  // then z is 0 and p 1.
  TestResult test;
};
Result<AucComparison> CompareAucs(std::span<const double> first, std::span<const double> second,
                                  std::span<const std::uint8_t> truth, double confidence = 0.95);

}  // namespace mooring::data
