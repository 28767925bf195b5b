// The Wasserstein distance of order one (the earth mover's distance): the area between two
// distribution functions, in the units of the data. How far values have moved on average at least.
//
// Use it for the size of a change of a numeric feature, divided by a deviation of the reference to
// compare features. It says nothing of chance: see kolmogorov_smirnov.h for that.
//
//   W = integral |F(x) - G(x)| dx
//
// Source: Vallender, Theory of Probability 18 (1974); numbers as SciPy 1.10.1's
// wasserstein_distance within 1e-12 of their size. Values near the largest double give the true
// distance where SciPy overflows.
//
// Failure: kInvalidArgument for an empty sample, a value that is NaN or infinite, a weight that is
// negative or not finite, weights that are not one a value or sum to 0. Thread safety: pure
// functions. Cost: two sorts; from sorted samples one pass of about 5 ns a value, no allocation.
#pragma once

#include <span>

#include "base/result.h"

namespace mooring::data {

Result<double> Wasserstein(std::span<const double> a, std::span<const double> b);

// Values count by their weights (in any unit: only their shares matter).
struct WeightedSample {
  std::span<const double> values;
  std::span<const double> weights;
};
Result<double> Wasserstein(const WeightedSample& a, const WeightedSample& b);

// Of samples that are sorted, not empty and finite.
double WassersteinSorted(std::span<const double> sorted_a, std::span<const double> sorted_b);

// Both distances of one pass: the D of kolmogorov_smirnov.h and W.
struct KsAndWasserstein {
  double ks = 0;
  double wasserstein = 0;
};
KsAndWasserstein KsAndWassersteinSorted(std::span<const double> sorted_a,
                                        std::span<const double> sorted_b);

}  // namespace mooring::data
