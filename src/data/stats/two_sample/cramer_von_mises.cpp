#include "data/stats/two_sample/cramer_von_mises.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "data/stats/two_sample/cdf_walk.h"
#include "data/stats/two_sample/sample.h"

namespace mooring::data {
namespace {

using Wide = __int128;  // 4 U of two samples of 1e9 values has 120 bits

constexpr std::size_t kMostExact = 20;

// 4 U, a whole number also with midranks. Sum over the values of one tie: rank - place goes up by
// one step from value to value.
Wide FourU(std::span<const double> a, std::span<const double> b) {
  Wide u = 0;
  const auto n = static_cast<Wide>(a.size()), m = static_cast<Wide>(b.size());
  ForEachTie(a, b, [&](std::size_t i, std::size_t in_a, std::size_t j, std::size_t in_b) {
    const auto twice_rank = static_cast<Wide>(2 * (i + j) + in_a + in_b + 1);
    for (std::size_t k = 1; k <= in_a; ++k) {
      const Wide gap = twice_rank - static_cast<Wide>(2 * (i + k));
      u += n * gap * gap;
    }
    for (std::size_t k = 1; k <= in_b; ++k) {
      const Wide gap = twice_rank - static_cast<Wide>(2 * (j + k));
      u += m * gap * gap;
    }
  });
  return u;
}

// How many paths to a lattice point have collected how much, sorted by the sum.
struct Count {
  std::int64_t sum;
  double paths;  // whole, below 2^53
};
using Counts = std::vector<Count>;

Counts Merge(const Counts& x, const Counts& y) {
  Counts merged;
  merged.reserve(x.size() + y.size());
  std::size_t i = 0, j = 0;
  while (i < x.size() || j < y.size()) {
    if (j == y.size() || (i < x.size() && x[i].sum < y[j].sum)) {
      merged.push_back(x[i++]);
    } else if (i == x.size() || y[j].sum < x[i].sum) {
      merged.push_back(y[j++]);
    } else {
      merged.push_back({x[i].sum, x[i].paths + y[j].paths});
      ++i, ++j;
    }
  }
  return merged;
}

double Choose(std::size_t n, std::size_t k) {
  double value = 1;
  for (std::size_t i = 1; i <= k; ++i) {
    value = value * static_cast<double>(n - k + i) / static_cast<double>(i);
  }
  return value;
}

// The share of the paths from (0, 0) to (m, n) whose sum of (L/m v - L/n u)^2 over the points
// (v, u) passed is at least `least`, L the least common multiple. The terms are not negative, so
// that a path is done with as soon as it has enough.
double ShareAtLeast(std::int64_t least, std::size_t m, std::size_t n) {
  const auto multiple = static_cast<std::int64_t>(std::lcm(m, n));
  const std::int64_t a = multiple / static_cast<std::int64_t>(m),
                     b = multiple / static_cast<std::int64_t>(n);
  double reached = 0;
  std::vector<Counts> above(m + 1);
  for (std::size_t u = 0; u <= n; ++u) {
    Counts left;
    for (std::size_t v = 0; v <= m; ++v) {
      Counts here = u == 0 && v == 0 ? Counts{{0, 1}} : Merge(left, above[v]);
      const std::int64_t gap = a * static_cast<std::int64_t>(v) - b * static_cast<std::int64_t>(u);
      for (Count& count : here) count.sum += gap * gap;
      const auto enough = std::find_if(here.begin(), here.end(),
                                       [&](const Count& count) { return count.sum >= least; });
      double done = 0;
      for (auto it = enough; it != here.end(); ++it) done += it->paths;
      reached += done * Choose(m - v + n - u, n - u);
      here.erase(enough, here.end());
      left = here;
      above[v] = std::move(here);
    }
  }
  return reached / Choose(m + n, n);
}

// T >= t is the same as zeta >= L^2 (m + n) (6 U - n m (4 n m - 1)) / (6 (n m)^2), rounded down.
double ExactP(Wide four_u, std::size_t n, std::size_t m) {
  const auto product = static_cast<Wide>(n * m);
  const auto multiple = static_cast<Wide>(std::lcm(n, m));
  const Wide above = multiple * multiple * static_cast<Wide>(n + m) *
                     (6 * four_u - 4 * product * (4 * product - 1));
  const Wide below = 24 * product * product;
  const Wide zeta = above >= 0 ? above / below : -((-above + below - 1) / below);
  return ShareAtLeast(static_cast<std::int64_t>(zeta), n, m);
}

// The limiting distribution function of the one-sample statistic (Anderson and Darling 1952, 4.35).
double LimitCdf(double x) {
  using Policy = boost::math::policies::policy<
      boost::math::policies::domain_error<boost::math::policies::ignore_error>,
      boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
      boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
      boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;
  double sum = 0, gammas = std::sqrt(std::numbers::pi);  // Gamma(k + 1/2) / Gamma(k + 1)
  for (double k = 0;; ++k) {
    const double y = 4 * k + 1, q = y * y / (16 * x);
    const double bessel = q < 700 ? boost::math::cyl_bessel_k(0.25, q, Policy()) : 0;
    const double term = gammas / (std::pow(std::numbers::pi, 1.5) * std::sqrt(x)) * std::sqrt(y) *
                        std::exp(-q) * bessel;
    sum += term;
    if (term < 1e-7) return sum;
    gammas *= (k + 0.5) / (k + 1);
  }
}

double AsymptoticP(double t, double n, double m) {
  const double product = n * m, total = n + m;
  const double mean = (1 + 1 / total) / 6;
  const double variance = (total + 1) * (4 * product * total - 3 * (n * n + m * m) - 2 * product) /
                          (45 * total * total * 4 * product);
  const double standard = 1.0 / 6 + (t - mean) / std::sqrt(45 * variance);
  if (standard < 0.003) return 1;  // the distribution function is below 1e-17
  return std::max(0.0, 1 - LimitCdf(standard));
}

}  // namespace

Result<TestResult> CramerVonMises(std::span<const double> a, std::span<const double> b,
                                  CvmMethod method) {
  RETURN_IF_ERROR(CheckSamples(a, b, {.values = 2, .finite = false}));
  const std::size_t larger = std::max(a.size(), b.size());
  if (method == CvmMethod::kExact && larger > kMostExact) {
    return Error(Code::kTooLarge, fmt::format("an exact p-value of {} values", larger))
        .Why(fmt::format("at most {} are counted exactly", kMostExact));
  }
  const Wide four_u = FourU(SortedCopy(a), SortedCopy(b));
  const auto product = static_cast<Wide>(a.size()) * static_cast<Wide>(b.size());
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  TestResult result;
  result.statistic =
      static_cast<double>(6 * four_u - 4 * product * (4 * product - 1)) / (24 * n * m * (n + m));
  const bool exact =
      method == CvmMethod::kExact || (method == CvmMethod::kAuto && larger <= kMostExact);
  result.p_value = exact ? ExactP(four_u, a.size(), b.size()) : AsymptoticP(result.statistic, n, m);
  return result;
}

bool HasTies(std::span<const double> sorted_a, std::span<const double> sorted_b) {
  bool ties = false;
  ForEachTie(sorted_a, sorted_b, [&](std::size_t, std::size_t in_a, std::size_t, std::size_t in_b) {
    ties = ties || in_a + in_b > 1;
  });
  return ties;
}

}  // namespace mooring::data
