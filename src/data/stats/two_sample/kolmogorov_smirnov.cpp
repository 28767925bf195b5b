#include "data/stats/two_sample/kolmogorov_smirnov.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "data/stats/two_sample/cdf_walk.h"
#include "data/stats/two_sample/ks_exact.h"
#include "data/stats/two_sample/ks_two_survival.h"
#include "data/stats/two_sample/sample.h"

namespace mooring::data {
namespace {

// Above this many values kAuto does not try the exact p-value.
constexpr std::uint64_t kMostExact = 10'000;

}  // namespace

double KsStatisticSorted(std::span<const double> sorted_a, std::span<const double> sorted_b) {
  std::int64_t widest = 0;
  WalkCdfs(sorted_a, sorted_b, [&](std::int64_t gap, double from, double to) {
    // Inside of a tie F - G is not yet what it will be.
    widest = std::max(widest, from < to ? std::abs(gap) : 0);
  });
  return static_cast<double>(widest) /
         (static_cast<double>(sorted_a.size()) * static_cast<double>(sorted_b.size()));
}

KsResult KsFromStatistic(double d, std::uint64_t n, std::uint64_t m, KsMethod method) {
  KsResult result{.statistic = d};
  if (std::isnan(d) || n == 0 || m == 0) {
    result.p_value = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  if (method == KsMethod::kExact || (method == KsMethod::kAuto && std::max(n, m) <= kMostExact)) {
    if (const std::optional<double> p = KsExactSurvival(d, n, m)) {
      result.p_value = *p;
      result.exact = true;
      return result;
    }
  }
  const auto large = static_cast<double>(std::max(n, m)),
             small = static_cast<double>(std::min(n, m));
  const double effective = std::nearbyint(large * small / (large + small));
  result.p_value = KsTwoSurvival(d, static_cast<std::uint64_t>(effective));
  return result;
}

double KsPValue(double d, std::uint64_t n, std::uint64_t m, KsMethod method) {
  return KsFromStatistic(d, n, m, method).p_value;
}

Result<KsResult> KolmogorovSmirnov(std::span<const double> a, std::span<const double> b,
                                   KsMethod method) {
  RETURN_IF_ERROR(CheckSamples(a, b, {.finite = false}));
  const double d = KsStatisticSorted(SortedCopy(a), SortedCopy(b));
  return KsFromStatistic(d, a.size(), b.size(), method);
}

}  // namespace mooring::data
