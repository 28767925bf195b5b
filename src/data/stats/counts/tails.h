// Tails: probabilities beyond a value, and values beyond which a probability lies, of the laws that
// tests on counts and shares need. Use the tests themselves where there is one; this is what they
// are made of.
//
// Every function is total: arguments outside of the law's domain give NaN. Small upper tails are
// computed as such, not as 1 - (lower tail), so they keep their relative accuracy to 1e-300; the
// test checks 1e-12 against SciPy 1.10.1. Symbols and source: Abramowitz & Stegun 26.2, 26.4, 26.5.
//
// Thread safety: pure functions. Cost: 0.3 µs, Beta quantiles 5 µs; no allocation.
#pragma once

#include <cstdint>

namespace mooring::data::tails {

// P(X >= x), X chi-squared with `dof` > 0 degrees of freedom: Q(dof/2, x/2). 1 for x <= 0.
double ChiSquaredUpper(double x, double dof);

// P(Z >= z), Z standard normal; and the z of which P(Z <= z) = p, infinite at 0 and 1.
double NormalUpper(double z);
double NormalQuantile(double p);

// The regularised incomplete beta function I_x(a, b), and the x where it is p.
double Beta(double a, double b, double x);
double BetaQuantile(double a, double b, double p);

// Of n throws of a fair coin: P(X = k), P(X <= k). For k > n 0 and 1.
double FairCoin(std::uint64_t k, std::uint64_t n);
double FairCoinLower(std::uint64_t k, std::uint64_t n);

}  // namespace mooring::data::tails
