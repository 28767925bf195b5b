// Proportions: shares of successes in counts: how sure one is (intervals), whether two differ, and
// whether two models err on different rows.
//
// Symbols: k successes of n rows, p = k/n, z the normal quantile of (1 + confidence)/2. Agrees with
// statsmodels 0.13.5 (proportion_confint, proportions_ztest, mcnemar) to 1e-12 relative, Beta
// quantiles to 1e-9 (test: extra.json, counts.json and the recorded vectors).
//
// Errors: kInvalidArgument when k > n, n = 0 (where there must be rows), confidence outside of
// (0, 1). Thread safety: pure functions; no allocation but for errors.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "data/stats/test_result.h"

namespace mooring::data {

struct Proportion {
  std::uint64_t successes = 0, rows = 0;
};

// Both ends belong to it; within [0, 1].
struct Interval {
  double low = 0, high = 1;
};

// Wilson (1927): the shares which a score test would not refuse,
// (p + z^2/2n ± z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). Covers about as often as promised also
// for small n and shares near 0; the one to show.
Result<Interval> WilsonInterval(const Proportion& of, double confidence = 0.95);

// Clopper & Pearson (1934): never covers less often than promised, hence wide. For guarantees.
Result<Interval> ClopperPearsonInterval(const Proportion& of, double confidence = 0.95);

// No event in n rows: the one-sided upper bound of its rate, 1 - (1 - confidence)^(1/n), about
// 3/n at 95 %.
Result<double> UpperBoundOfNoEvents(std::uint64_t rows, double confidence = 0.95);

// z = (p1 - p2) / sqrt(p(1-p)(1/n1 + 1/n2)) with p of both samples pooled; kLess: the first share
// is the lesser. Both shares 0 or both 1: z = 0 and p = 1 (two-sided; 0.5 on one side).
Result<TestResult> TwoProportionZ(const Proportion& first, const Proportion& second,
                                  Alternative alternative = Alternative::kTwoSided);

// McNemar (1947), of two models on the same rows: `only_first` rows where only the first is right,
// `only_second` where only the second is. Rows where both or neither are say nothing. No rows:
// statistic 0, all p-values 1. Both counts are at most 2^52.
struct McNemarTest {
  double exact_p = 1;  // 2 P(X <= lesser), X of a fair coin, at most 1
  double mid_p = 1;    // exact_p - P(X = lesser): less cautious, recommended (Fagerland 2013)
  double chi_squared = 0, chi_squared_p = 1;  // (b - c)^2 / (b + c), without correction
};
McNemarTest McNemar(std::uint64_t only_first, std::uint64_t only_second);

}  // namespace mooring::data
