// The test of Epps and Singleton: two samples are compared by their empirical characteristic
// functions at t = 0.4 and 0.8.
//
// Use it for features that are not continuous (counts, ties), where Kolmogorov-Smirnov is too
// careful. It needs some spread: pooled values with an interquartile range of 0 are refused.
//
//   g(x) = (cos(t x / s), sin(t x / s)) for both t, s half the pooled interquartile range
//   W = (n + m) d' C^+ d,  d the difference of the means of g,
//   C = (n + m)/n cov_a(g) + (n + m)/m cov_b(g)  (over n, not n - 1), C^+ its pseudo-inverse
//
// p from chi-squared with the rank of C as degrees of freedom; below 25 values a side W is shrunk
// by 1 / (1 + (n + m)^-0.45 + 10.1 (n^-1.7 + m^-1.7)). Source: Epps and Singleton, Journal of
// Statistical Computation and Simulation 26 (1986); Goerg and Kaiser, Stata Journal 9 (2009). As
// SciPy 1.10.1's epps_singleton_2samp within 1e-9 where C has full rank. Where data have two or
// three values only, C has none: directions below 1e-13 of the largest are dropped here, while
// SciPy keeps some of them as rounding falls.
//
// Failure: kInvalidArgument for less than 5 values a side, a value that is NaN or infinite, an
// interquartile range of 0, or samples that are both constant. Thread safety: pure functions.
// Cost: one sort, four sines and cosines a value.
#pragma once

#include <span>

#include "base/result.h"
#include "data/stats/test_result.h"

namespace mooring::data {

struct EppsSingletonResult {
  TestResult test;
  int degrees = 0;  // the rank of C
};

Result<EppsSingletonResult> EppsSingleton(std::span<const double> a, std::span<const double> b);

}  // namespace mooring::data
