#include "data/stats/serial_correlation.h"

#include <algorithm>
#include <cmath>

namespace mooring::data {
namespace {

// An estimate of r has a deviation of about 1 / sqrt(rows).
double BeyondChance(double r, std::uint64_t rows) {
  const double chance = 2 / std::sqrt(static_cast<double>(rows));
  return r > chance ? std::min(r, 0.99) : 0;
}

}  // namespace

double SerialCorrelation::OfNumbers() const {
  if (rows_ < 3) return 0;
  const double pairs = static_cast<double>(rows_ - 1);
  const double mean = (now_ + before_) / (2 * pairs);
  const double variance = squares_ / static_cast<double>(rows_) - mean * mean;
  const double covariance = product_ / pairs - before_ / pairs * (now_ / pairs);
  if (!(variance > 0)) return 0;  // a constant says nothing of order
  return BeyondChance(covariance / variance, rows_);
}

double SerialCorrelation::OfCategories(std::span<const std::uint64_t> counts) const {
  if (rows_ < 3) return 0;
  double all = 0, by_chance = 0;
  for (const std::uint64_t count : counts) all += static_cast<double>(count);
  for (const std::uint64_t count : counts) {
    const double share = static_cast<double>(count) / all;
    by_chance += share * share;
  }
  if (!(by_chance < 1)) return 0;
  const double repeated = static_cast<double>(repeats_) / static_cast<double>(rows_ - 1);
  return BeyondChance((repeated - by_chance) / (1 - by_chance), rows_);
}

double EffectiveRows(double rows, double r) { return rows * (1 - r) / (1 + r); }

}  // namespace mooring::data
