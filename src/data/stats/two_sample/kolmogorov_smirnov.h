// The two-sample test of Kolmogorov and Smirnov: the largest distance D between the distribution
// functions of two samples, and the probability of such a D when both come from one distribution.
//
// Use it for any continuous feature: it assumes no shape. With ties its p-value errs to the safe
// side (too large). With large samples it flags changes of no importance: judge D, too.
//
//   D = max_x |F(x) - G(x)|
//
// p is exact (ks_exact.h) while both samples have at most 10 000 values, else that of the
// one-sample distribution at n m / (n + m) rounded (ks_two_survival.h). Source: Hodges, Arkiv foer
// Matematik 3 (1958); the choice and all numbers as SciPy 1.10.1's ks_2samp, two-sided: D within
// 1e-15, exact p within 1e-12, asymptotic p within 1e-8 of its size. Infinite values are ordered
// like others.
//
// Failure: kInvalidArgument for an empty sample or a NaN. Thread safety: pure functions.
// Cost: two sorts; from sorted samples one pass.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace mooring::data {

enum class KsMethod { kAuto, kExact, kAsymptotic };

struct KsResult {
  double statistic = 0;
  double p_value = 1;
  bool exact = false;  // of p_value; false where an exact one was asked for and is out of reach
};

Result<KsResult> KolmogorovSmirnov(std::span<const double> a, std::span<const double> b,
                                   KsMethod method = KsMethod::kAuto);

// D of samples that are sorted, not empty and without NaN.
double KsStatisticSorted(std::span<const double> sorted_a, std::span<const double> sorted_b);

// The p-value of a D that was found on n and m values. NaN for a NaN or an empty sample.
double KsPValue(double d, std::uint64_t n, std::uint64_t m, KsMethod method = KsMethod::kAuto);

// The same, saying which p-value it is.
KsResult KsFromStatistic(double d, std::uint64_t n, std::uint64_t m, KsMethod method);

}  // namespace mooring::data
