#include "data/stats/two_sample/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mooring::data {

Status CheckSample(std::span<const double> values, std::string_view name, SampleNeeds needs) {
  if (values.size() < needs.values) {
    return Error(Code::kInvalidArgument,
                 fmt::format("the {} has {} values, needs {}", name, values.size(), needs.values));
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) || (!needs.finite && std::isinf(values[i]))) continue;
    return Error(Code::kInvalidArgument,
                 fmt::format("value {} of the {} is {}", i, name, values[i]))
        .Help("drop missing and infinite values first and count them apart");
  }
  return Ok();
}

Status CheckSamples(std::span<const double> a, std::span<const double> b, SampleNeeds needs) {
  RETURN_IF_ERROR(CheckSample(a, "first sample", needs));
  return CheckSample(b, "second sample", needs);
}

std::vector<double> SortedCopy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

double LargestMagnitude(std::span<const double> values) {
  double largest = 0;
  for (const double x : values) largest = std::max(largest, std::abs(x));
  return largest;
}

ScaledSamples ScaleToOne(std::span<const double> a, std::span<const double> b) {
  ScaledSamples scaled{{a.begin(), a.end()}, {b.begin(), b.end()}};
  const double largest = std::max(LargestMagnitude(a), LargestMagnitude(b));
  if (largest == 0) return scaled;
  int exponent = 0;
  std::frexp(largest, &exponent);
  scaled.exponent = -exponent;
  for (double& x : scaled.a) x = std::ldexp(x, scaled.exponent);
  for (double& x : scaled.b) x = std::ldexp(x, scaled.exponent);
  return scaled;
}

bool IsTameMagnitude(double largest) {
  return largest == 0 || (largest > 0x1p-200 && largest < 0x1p+200);
}

}  // namespace mooring::data
