// The distribution of the two-sided Kolmogorov-Smirnov statistic of one sample of n values against
// the distribution it is drawn from. The two-sample test uses it at n m / (n + m).
//
// Which of five ways is taken depends on n and n d^2, after Simard and L'Ecuyer, Journal of
// Statistical Software 39 (2011) 11, with the limits of SciPy 1.10.1's kstwo:
//   n d <= 1, n d >= n - 1   closed forms (Ruben, Gambino)
//   d >= 1/2 or n d^2 >= 2.2 (n > 140) or > 4   twice the one-sided probability (Miller)
//   small n, or n d^1.5 <= 1.4                  Durbin's matrix (Marsaglia, Tsang, Wang 2003)
//   else                                        the series of Pelz and Good (1976)
// Agrees with SciPy within 1e-8 of the survival's size down to 1e-300. Above n = 1e6 SciPy takes a
// shortcut for the one-sided probability, and so do we: off by 1e-6 of its size at p = 0.02, by
// 5e-4 at 1e-31.
//
// Thread safety: pure functions. Cost: up to 0.2 ms (series and one-sided sum), 3 ms (matrix).
#pragma once

#include <cstdint>

namespace mooring::data {

// P(D_n >= d). 1 for d <= 0 and 0 for d >= 1; NaN for NaN and for n = 0.
double KsTwoSurvival(double d, std::uint64_t n);

// P(D_n^+ >= d), one-sided, by the sum of Smirnov and Birnbaum, Tingey (1951). For 0 < d < 1.
double KsOneSurvival(double d, std::uint64_t n);

}  // namespace mooring::data
