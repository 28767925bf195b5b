#include "data/stats/correlation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "data/stats/counts/chi_squared.h"
#include "data/stats/counts/tails.h"

namespace mooring::data {
namespace {

using Values = std::span<const double>;

Status CheckColumn(Values values, bool infinite_too) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (infinite_too ? !std::isnan(values[i]) : std::isfinite(values[i])) continue;
    return Error(Code::kInvalidArgument, fmt::format("value {} is {}", i, values[i]))
        .Help("leave out the pair");
  }
  return Ok();
}

Status CheckPairs(Values x, Values y, bool infinite_too) {
  if (x.size() != y.size()) {
    return Error(Code::kInvalidArgument, fmt::format("{} values beside {}", x.size(), y.size()));
  }
  if (x.size() < 2) return Error(Code::kInvalidArgument, "a correlation needs two pairs or more");
  RETURN_IF_ERROR(CheckColumn(x, infinite_too));
  return CheckColumn(y, infinite_too);
}

// How the values lie about their mean, scaled so that squares neither overflow nor vanish.
struct Centred {
  double mean = 0, scale = 0, norm = 0;
  double At(double value) const { return (value - mean) / scale / norm; }
};

// scale 0: all values are equal. Halves are taken where a sum or a difference could overflow.
Centred Centre(Values values) {
  Centred centred;
  const auto [least, greatest] = std::ranges::minmax(values);
  if (least == greatest) return centred;
  const auto n = static_cast<double>(values.size());
  const bool large = std::max(std::abs(least), std::abs(greatest)) > 1e290;
  for (const double x : values) centred.mean += large ? x / n : x;
  if (!large) centred.mean /= n;
  centred.scale = std::max(greatest - centred.mean, centred.mean - least);
  double sum = 0;
  for (const double x : values) {
    const double z = (x - centred.mean) / centred.scale;
    sum += z * z;
  }
  centred.norm = std::sqrt(sum);
  return centred;
}

double Product(Values x, Values y) {
  const Centred a = Centre(x), b = Centre(y);
  if (a.scale == 0 || b.scale == 0) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += a.At(x[i]) * b.At(y[i]);
  return std::clamp(sum, -1.0, 1.0);
}

TestResult JudgeProduct(double r, std::size_t pairs) {
  TestResult test{.statistic = r};
  if (std::isnan(r)) return test;
  const double half = static_cast<double>(pairs) / 2 - 1;
  test.p_value = half > 0 ? std::min(1.0, 2 * tails::Beta(half, half, (1 - std::abs(r)) / 2)) : 1;
  return test;
}

std::vector<std::size_t> Order(Values values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [values](std::size_t a, std::size_t b) {
    return values[a] != values[b] ? values[a] < values[b] : a < b;
  });
  return order;
}

// From 1, ties sharing the mean of their places.
std::vector<double> AverageRanks(Values values) {
  const std::vector<std::size_t> order = Order(values);
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    const double rank = static_cast<double>(first + 1 + last) / 2;
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

// Sums over groups of t tied values, and how many pairs they make.
struct Ties {
  double pairs = 0, cubes = 0, variance = 0;  // t(t-1)/2, t(t-1)(t-2), t(t-1)(2t+5)

  void Add(std::size_t tied) {
    const auto t = static_cast<double>(tied);
    pairs += t * (t - 1) / 2;
    cubes += t * (t - 1) * (t - 2);
    variance += t * (t - 1) * (2 * t + 5);
  }
};

// Of values in which equal ones, as `same` tells of neighbours, stand together.
template <typename Same>
Ties CountTies(std::size_t size, const Same& same) {
  Ties ties;
  std::size_t first = 0;
  for (std::size_t i = 1; i <= size; ++i) {
    if (i < size && same(i - 1, i)) continue;
    ties.Add(i - first);
    first = i;
  }
  return ties;
}

// How many pairs stand in descending order; the values come out sorted. Merge sort counts them.
double Inversions(std::span<double> values, std::span<double> scratch) {
  if (values.size() < 2) return 0;
  const std::size_t half = values.size() / 2;
  double inversions = Inversions(values.first(half), scratch.first(half)) +
                      Inversions(values.subspan(half), scratch.subspan(half));
  std::ranges::copy(values, scratch.begin());
  std::size_t left = 0, right = half;
  for (double& value : values) {
    if (right == scratch.size() || (left < half && scratch[left] <= scratch[right])) {
      value = scratch[left++];
    } else {
      inversions += static_cast<double>(half - left);
      value = scratch[right++];
    }
  }
  return inversions;
}

double OneOverFactorial(std::size_t n) {
  double result = 1;
  for (std::size_t j = 2; j <= n && result > 0; ++j) result /= static_cast<double>(j);
  return result;
}

// P(at most c of the pairs of n untied values are out of order, or at most c in order): twice the
// lower tail of the Mahonian law, by its recursion over n.
double ExactKendall(std::size_t n, double pairs, double discordant) {
  const auto c = static_cast<std::size_t>(std::min(discordant, pairs - discordant));
  if (n <= 2 || static_cast<double>(2 * c) == pairs) return 1;
  if (c <= 1) return 2 * OneOverFactorial(n - c);
  // shares[i]: of the orders of j values, those with i pairs out of order.
  std::vector<double> shares(c + 1), sums(c + 1);
  shares[0] = shares[1] = 0.5;
  for (std::size_t j = 3; j <= n; ++j) {
    std::partial_sum(shares.begin(), shares.end(), sums.begin());
    for (std::size_t i = 0; i <= c; ++i) {
      shares[i] = (sums[i] - (i >= j ? sums[i - j] : 0)) / static_cast<double>(j);
    }
  }
  return std::min(1.0, 2 * std::accumulate(shares.begin(), shares.end(), 0.0));
}

struct Kendall {
  std::size_t size = 0;
  Ties x, y, both;
  double discordant = 0;
};

Kendall CountPairs(Values x, Values y) {
  Kendall counts{.size = x.size()};
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [x, y](std::size_t a, std::size_t b) {
    return x[a] != x[b] ? x[a] < x[b] : y[a] < y[b];
  });
  std::vector<double> ys(x.size()), scratch(x.size());
  std::ranges::transform(order, ys.begin(), [y](std::size_t i) { return y[i]; });
  const auto same_x = [&](std::size_t i, std::size_t j) { return x[order[i]] == x[order[j]]; };
  const auto same_y = [&](std::size_t i, std::size_t j) { return ys[i] == ys[j]; };
  counts.x = CountTies(x.size(), same_x);
  counts.both = CountTies(
      x.size(), [&](std::size_t i, std::size_t j) { return same_x(i, j) && same_y(i, j); });
  counts.discordant = Inversions(ys, scratch);
  counts.y = CountTies(y.size(), same_y);  // sorted by now
  return counts;
}

double NormalKendall(const Kendall& counts, double excess) {
  const auto n = static_cast<double>(counts.size);
  const double ordered = n * (n - 1);
  const double variance = (ordered * (2 * n + 5) - counts.x.variance - counts.y.variance) / 18 +
                          2 * counts.x.pairs * counts.y.pairs / ordered +
                          counts.x.cubes * counts.y.cubes / (9 * ordered * (n - 2));
  return 2 * tails::NormalUpper(std::abs(excess) / std::sqrt(variance));
}

}  // namespace

Result<TestResult> PearsonCorrelation(Values x, Values y) {
  RETURN_IF_ERROR(CheckPairs(x, y, false));
  return JudgeProduct(Product(x, y), x.size());
}

Result<TestResult> SpearmanCorrelation(Values x, Values y) {
  RETURN_IF_ERROR(CheckPairs(x, y, true));
  return JudgeProduct(Product(AverageRanks(x), AverageRanks(y)), x.size());
}

Result<TestResult> KendallCorrelation(Values x, Values y) {
  RETURN_IF_ERROR(CheckPairs(x, y, true));
  const Kendall counts = CountPairs(x, y);
  const auto n = static_cast<double>(counts.size);
  const double pairs = n * (n - 1) / 2;
  if (counts.x.pairs == pairs || counts.y.pairs == pairs) return TestResult{};
  const double excess =
      pairs - counts.x.pairs - counts.y.pairs + counts.both.pairs - 2 * counts.discordant;
  const double tau = excess / std::sqrt(pairs - counts.x.pairs) / std::sqrt(pairs - counts.y.pairs);
  constexpr std::size_t kExactPairs = 33;
  const bool exact =
      counts.x.pairs == 0 && counts.y.pairs == 0 &&
      (counts.size <= kExactPairs || std::min(counts.discordant, pairs - counts.discordant) <= 1);
  return TestResult{.statistic = std::clamp(tau, -1.0, 1.0),
                    .p_value = exact ? ExactKendall(counts.size, pairs, counts.discordant)
                                     : NormalKendall(counts, excess)};
}

Result<TestResult> CramersV(const CountTable& table) {
  ASSIGN_OR_RETURN(const Margins margins, Margins::Of(table));
  if (margins.dof() == 0) return TestResult{};
  ASSIGN_OR_RETURN(const CountTest test, ChiSquaredContingency(table, false));
  const double most = margins.total() * static_cast<double>(margins.rank() - 1);
  return TestResult{.statistic = std::min(1.0, std::sqrt(test.statistic / most)),
                    .p_value = test.p_value};
}

}  // namespace mooring::data
