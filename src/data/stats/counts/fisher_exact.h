// Fisher's exact test of a 2x2 table: are two shares one and the same, when counts are too few for
// chi-squared? Prefer TwoProportionZ for thousands of rows: there both say the same.
//
//            yes  no
//   first     a    b
//   second    c    d
//
// With all four margins held, `a` is hypergeometric. The two-sided p-value is the probability of
// all tables at most as probable as this one, as scipy.stats.fisher_exact (1.10.1) takes it; masses
// within 1e-10 of each other count as equal (SciPy: 1e-14, which its own rounding passes at some
// 100 rows). Odds ratio: the sample's a d / (b c), infinite when b c = 0, NaN when a margin is 0.
//
// Thread safety: pure functions. Complexity: some ten deviations of the law in steps, at most
// 3 sqrt(total): 3 µs for a thousand rows, 10 ms for 10^12; no allocation. Test: SciPy's values to
// 1e-9, exact fractions to 1e-11.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "data/stats/test_result.h"

namespace mooring::data {

struct TwoByTwo {
  std::uint64_t a = 0, b = 0, c = 0, d = 0;
};

// `statistic` is the odds ratio. A table with an empty row or column says nothing: NaN and p = 1.
// kLess: the odds ratio is below 1. Over Hypergeometric::kMaxTotal rows is kTooLarge.
Result<TestResult> FisherExact(const TwoByTwo& table,
                               Alternative alternative = Alternative::kTwoSided);

}  // namespace mooring::data
