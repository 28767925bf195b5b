#include "monitoring/quality/band.h"

#include <algorithm>
#include <cmath>

namespace mooring::monitoring {

Band BandOf(std::span<const double> values, const Limits& limits) {
  double count = 0, sum = 0;
  for (const double x : values) {
    if (std::isnan(x)) continue;
    sum += x;
    ++count;
  }
  if (count == 0) return {};
  const double mean = sum / count;
  double squares = 0;
  for (const double x : values) {
    if (!std::isnan(x)) squares += (x - mean) * (x - mean);
  }
  const double away = kBandDeviations * std::sqrt(squares / count);
  return {std::max(limits.lower, mean - away), std::min(limits.upper, mean + away)};
}

Band ConfidenceOf(double value, double error, const Limits& limits) {
  const double away = kBandDeviations * error;
  if (std::isnan(value) || std::isnan(away)) return {std::nan(""), std::nan("")};
  return {std::max(limits.lower, value - away), std::min(limits.upper, value + away)};
}

}  // namespace mooring::monitoring
