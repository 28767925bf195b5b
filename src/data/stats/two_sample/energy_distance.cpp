#include "data/stats/two_sample/energy_distance.h"

#include <cmath>

#include "data/stats/two_sample/cdf_walk.h"
#include "data/stats/two_sample/sample.h"
#include "data/stats/two_sample/sums.h"

namespace mooring::data {
namespace {

// Of the values times `scale`, a power of two.
double ScaledDistance(std::span<const double> a, std::span<const double> b, double scale) {
  const double product = static_cast<double>(a.size()) * static_cast<double>(b.size());
  BlockSum area;
  WalkCdfs(a, b, [&](std::int64_t gap, double from, double to) {
    const auto height = static_cast<double>(gap);
    area.Add(height * height * (to * scale - from * scale));
  });
  return std::sqrt(2 * area.Total()) / product;
}

}  // namespace

double EnergyDistanceSorted(std::span<const double> sorted_a, std::span<const double> sorted_b) {
  const double distance = ScaledDistance(sorted_a, sorted_b, 1);
  if (std::isfinite(distance)) return distance;
  return ScaledDistance(sorted_a, sorted_b, 0x1p-200) * 0x1p+100;
}

Result<double> EnergyDistance(std::span<const double> a, std::span<const double> b) {
  RETURN_IF_ERROR(CheckSamples(a, b));
  return EnergyDistanceSorted(SortedCopy(a), SortedCopy(b));
}

}  // namespace mooring::data
