// What the tests of two samples ask of a sample before they look at it, and the sorted copy most of
// them start from.
//
// Use CheckSample at the door of a public test: the sorted cores below it trust their input.
// Failure: kInvalidArgument that names the sample and the first value that does not fit.
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::data {

struct SampleNeeds {
  std::size_t values = 1;  // at least
  bool finite = true;      // infinities are refused too; NaN always is
};

Status CheckSample(std::span<const double> values, std::string_view name, SampleNeeds needs = {});

// Both samples, as "first sample" and "second sample".
Status CheckSamples(std::span<const double> a, std::span<const double> b, SampleNeeds needs = {});

std::vector<double> SortedCopy(std::span<const double> values);

// The largest absolute value, 0 for an empty sample.
double LargestMagnitude(std::span<const double> values);

// The samples times 2^exponent, so that the largest magnitude of both lies in [0.5, 1): sums of
// squares then neither overflow nor vanish. Exact but for values 2^-1022 of the largest.
struct ScaledSamples {
  std::vector<double> a, b;
  int exponent = 0;
};
ScaledSamples ScaleToOne(std::span<const double> a, std::span<const double> b);

// True where squares and sums of such values are safe without ScaleToOne.
bool IsTameMagnitude(double largest);

}  // namespace mooring::data
