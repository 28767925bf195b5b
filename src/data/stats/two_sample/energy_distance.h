// The energy distance of two samples, in the square root of the data's units: 0 for equal
// distributions only.
//
// Use it beside the Wasserstein distance where tails matter less than the body: it squares the gap
// between the distribution functions. It is not scaled: compare one feature with itself.
//
//   E = (2 integral (F(x) - G(x))^2 dx)^(1/2)
//
// Source: Szekely and Rizzo, Journal of Statistical Planning and Inference 143 (2013); numbers as
// SciPy 1.10.1's energy_distance within 1e-12 of their size. Values near the largest double give
// the true distance where SciPy overflows.
//
// Failure: kInvalidArgument for an empty sample or a value that is NaN or infinite. Thread safety:
// pure functions. Cost: two sorts; from sorted samples one pass, no allocation.
#pragma once

#include <span>

#include "base/result.h"

namespace mooring::data {

Result<double> EnergyDistance(std::span<const double> a, std::span<const double> b);

// Of samples that are sorted, not empty and finite.
double EnergyDistanceSorted(std::span<const double> sorted_a, std::span<const double> sorted_b);

}  // namespace mooring::data
