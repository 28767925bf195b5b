#include "data/stats/two_sample/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <optional>
#include <vector>

#include "data/stats/two_sample/cdf_walk.h"
#include "data/stats/two_sample/sample.h"

namespace mooring::data {
namespace {

using Wide = unsigned __int128;

constexpr std::size_t kMostExact = 8;
constexpr std::uint64_t kMostCounted = std::uint64_t{1} << 22;  // sums kept, 64 MiB

struct Ranks {
  std::uint64_t twice_u = 0;  // of the first sample
  double tie_term = 0;        // sum of t^3 - t over the ties
};

Ranks RankSums(std::span<const double> a, std::span<const double> b) {
  Ranks ranks;
  ForEachTie(a, b, [&](std::size_t, std::size_t in_a, std::size_t j, std::size_t in_b) {
    // Each value of `a` beats the j values of `b` below it and half of those beside it.
    ranks.twice_u += in_a * (2 * j + in_b);
    const auto t = static_cast<double>(in_a + in_b);
    ranks.tie_term += t * t * t - t;
  });
  return ranks;
}

// P(U >= u) by counting: the number of orders with U = k is the coefficient of q^k in the product
// of (1 - q^(m + i)) / (1 - q^i) for i = 1..n. Whole numbers modulo 2^128; nothing where their sum
// would not fit.
std::optional<double> ExactP(std::uint64_t u, std::uint64_t n, std::uint64_t m) {
  const std::uint64_t small = std::min(n, m), large = std::max(n, m);
  const std::uint64_t last = small * large - u;  // by symmetry P(U >= u) = P(U <= last)
  long double all = 1;
  for (std::uint64_t i = 1; i <= small; ++i) {
    all = all * static_cast<long double>(large + i) / static_cast<long double>(i);
  }
  if (all > 0x1p126L || last >= kMostCounted) return std::nullopt;
  std::vector<Wide> count(last + 1, 0);
  count[0] = 1;
  for (std::uint64_t i = 1; i <= small; ++i) {
    for (std::uint64_t k = last; k >= large + i; --k) count[k] -= count[k - large - i];
    for (std::uint64_t k = i; k <= last; ++k) count[k] += count[k - i];
  }
  Wide sum = 0;
  for (const Wide ways : count) sum += ways;
  return static_cast<double>(static_cast<long double>(sum) / all);
}

double NormalP(double u, double n, double m, double tie_term) {
  const double total = n + m;
  const double deviation = std::sqrt(n * m / 12 * ((total + 1) - tie_term / (total * (total - 1))));
  const double z = (u - n * m / 2 - 0.5) / deviation;
  return std::erfc(z / std::numbers::sqrt2) / 2;
}

}  // namespace

Result<TestResult> MannWhitney(std::span<const double> a, std::span<const double> b,
                               Alternative alternative) {
  RETURN_IF_ERROR(CheckSamples(a, b, {.finite = false}));
  const Ranks ranks = RankSums(SortedCopy(a), SortedCopy(b));
  const std::uint64_t n = a.size(), m = b.size(), twice_other = 2 * n * m - ranks.twice_u;
  std::uint64_t twice_u = std::max(ranks.twice_u, twice_other);
  if (alternative == Alternative::kGreater) twice_u = ranks.twice_u;
  if (alternative == Alternative::kLess) twice_u = twice_other;
  std::optional<double> p;
  if (std::min(n, m) <= kMostExact && ranks.tie_term == 0) p = ExactP(twice_u / 2, n, m);
  if (!p) {
    p = NormalP(static_cast<double>(twice_u) / 2, static_cast<double>(n), static_cast<double>(m),
                ranks.tie_term);
  }
  const double sides = alternative == Alternative::kTwoSided ? 2 : 1;
  return TestResult{static_cast<double>(ranks.twice_u) / 2, std::clamp(sides * *p, 0.0, 1.0)};
}

}  // namespace mooring::data
