// Orders of metric points. Both are total: NaN stands below every number.
//
// Thread safety: free functions.
#pragma once

#include <cmath>
#include <compare>
#include <limits>

#include "records/tracking/tracked.h"

namespace mooring::records {

inline std::strong_ordering CompareValues(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(b) <=> std::isnan(a);
  if (a == b) return std::strong_ordering::equal;
  return a < b ? std::strong_ordering::less : std::strong_ordering::greater;
}

// Which is latest: by step, timestamp, value.
inline std::strong_ordering CompareLatest(const MetricPoint& a, const MetricPoint& b) {
  if (const auto order = a.step <=> b.step; order != 0) return order;
  if (const auto order = a.timestamp <=> b.timestamp; order != 0) return order;
  return CompareValues(a.value, b.value);
}

// As history is told: by timestamp, step, value.
inline std::strong_ordering CompareHistory(const MetricPoint& a, const MetricPoint& b) {
  if (const auto order = a.timestamp <=> b.timestamp; order != 0) return order;
  if (const auto order = a.step <=> b.step; order != 0) return order;
  return CompareValues(a.value, b.value);
}

// One NaN and one zero, so that what compares equal is stored alike.
inline double Plain(double value) {
  if (std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
  return value == 0 ? 0.0 : value;
}

}  // namespace mooring::records
