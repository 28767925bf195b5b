// The exact p-value of the two-sample Kolmogorov-Smirnov test: the share of the orders in which n
// and m different values can come that reach a distance of at least D.
//
// An order is a path on the lattice from (0, 0) to (n, m); it reaches D when it touches one of two
// lines beside the diagonal. For n = m the paths are counted by reflection,
//   p = 2 sum_{k>=1} (-1)^(k-1) C(2n, n - k h) / C(2n, n),   h = D n,
// else the probability to have touched is carried along the lattice, point (i, j) from its two
// neighbours: P(i, j) = (i P(i-1, j) + j P(i, j-1)) / (i + j), with 1 on and beyond the lines. Only
// sums of positive terms: no cancellation, no overflow. Sources: Hodges 1958; Viehmann,
// arXiv 2102.08037. Agrees with SciPy 1.10.1 within 1e-12 of its size.
//
// Nothing (then the asymptotic p-value is to be used) when the least common multiple of the sizes
// is 2^31 or more, when the work would exceed 1e9 steps, or when rounding gives a
// value above 1. Thread safety: pure. Cost: at most 2 D n m steps of about 2 ns; n steps for n = m.
#pragma once

#include <cstdint>
#include <optional>

namespace mooring::data {

// P(D_{n,m} >= d), for n, m >= 1 and d in [0, 1]. d is rounded to the multiple of 1 / lcm(n, m)
// that it must be.
std::optional<double> KsExactSurvival(double d, std::uint64_t n, std::uint64_t m);

}  // namespace mooring::data
