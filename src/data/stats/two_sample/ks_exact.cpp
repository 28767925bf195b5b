#include "data/stats/two_sample/ks_exact.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace mooring::data {
namespace {

// At 2 ns each two seconds.
constexpr double kMostLatticePoints = 1e9;

// Beyond this exponent every bound on p is below the least double.
constexpr double kHopelessExponent = 800;

// n = m: the alternating sum as nested products A0 (1 - A1 (1 - A2 ...)), from the inside out.
double ByReflection(std::int64_t n, std::int64_t h) {
  double p = 0;
  for (std::int64_t k = n / h; k >= 0; --k) {
    double factor = 1;
    for (std::int64_t j = 0; j < h; ++j) {
      factor = static_cast<double>(n - k * h - j) * factor / static_cast<double>(n + k * h + j + 1);
    }
    p = factor * (1 - p);
  }
  return 2 * p;
}

std::int64_t FloorDivide(std::int64_t x, std::int64_t by) {
  return x >= 0 ? x / by : -((-x + by - 1) / by);
}

// One diagonal i + j = s at a time: its points do not depend on each other. Inside of the lines is
// |i step_m - j step_n| < h, that is |s step_m - j (step_m + step_n)| < h.
double AlongLattice(std::int64_t n, std::int64_t m, std::int64_t h) {
  const std::int64_t g = std::gcd(n, m), step_n = n / g, step_m = m / g, both = step_n + step_m;
  std::vector<double> touched(static_cast<std::size_t>(m) + 2, 1.0);
  double* const p = touched.data() + 1;  // p[-1] is beyond the lattice
  p[0] = 0;
  for (std::int64_t s = 1; s <= n + m; ++s) {
    const std::int64_t low =
        std::max({FloorDivide(s * step_m - h, both) + 1, s - n, std::int64_t{0}});
    const std::int64_t high = std::min({-FloorDivide(-(s * step_m + h), both) - 1, m, s});
    const auto steps = static_cast<double>(s);
    for (std::int64_t j = high; j >= low; --j) {
      p[j] = (p[j] * static_cast<double>(s - j) + p[j - 1] * static_cast<double>(j)) / steps;
    }
    if (low > 0) p[low - 1] = 1;
  }
  return p[m];
}

}  // namespace

std::optional<double> KsExactSurvival(double d, std::uint64_t n, std::uint64_t m) {
  const auto large = static_cast<std::int64_t>(std::max(n, m));
  const auto small = static_cast<std::int64_t>(std::min(n, m));
  const std::int64_t g = std::gcd(large, small);
  const double multiple = static_cast<double>(large / g) * static_cast<double>(small);
  if (static_cast<double>(large / g) * static_cast<double>(small / g) >=
      std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  const auto h = static_cast<std::int64_t>(std::nearbyint(d * multiple));
  if (h <= 0) return 1;
  const double points = static_cast<double>(large) * static_cast<double>(small);
  const double effective = points / static_cast<double>(large + small);
  if (2 * effective * d * d > kHopelessExponent) return 0;
  if (large != small && std::min(2 * d, 1.0) * points > kMostLatticePoints) return std::nullopt;
  const double p = large == small ? ByReflection(large, h) : AlongLattice(large, small, h);
  if (!(p >= 0 && p <= 1)) return std::nullopt;
  return p;
}

}  // namespace mooring::data
