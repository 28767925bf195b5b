#include "data/stats/share_distances.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "data/stats/counts/count_table.h"
#include "data/stats/counts/hypergeometric.h"

namespace mooring::data {
namespace {

// Two sides with their sums: share i is weight i / sum.
struct Sides {
  Weights reference, current;
  double n = 0, m = 0;

  std::size_t size() const { return reference.size(); }
  double r(std::size_t i) const { return reference[i] / n; }
  double c(std::size_t i) const { return current[i] / m; }
};

Result<double> SumOf(Weights weights, std::string_view what) {
  RETURN_IF_ERROR(CheckCounts(weights, what));
  double sum = 0;
  for (const double weight : weights) sum += weight;
  if (sum > 0 && std::isfinite(sum)) return sum;
  return Error(Code::kInvalidArgument, fmt::format("the {}s sum to {}", what, sum))
      .Why("shares are not defined");
}

Status CheckGroups(std::size_t reference, std::size_t current) {
  if (reference == current && reference > 0) return Ok();
  return Error(Code::kInvalidArgument,
               fmt::format("{} groups of the reference beside {}", reference, current))
      .Help("give both sides the same groups, with 0 where there is nothing");
}

Result<Sides> Pair(Weights reference, Weights current) {
  RETURN_IF_ERROR(CheckGroups(reference.size(), current.size()));
  ASSIGN_OR_RETURN(const double n, SumOf(reference, "reference weight"));
  ASSIGN_OR_RETURN(const double m, SumOf(current, "current weight"));
  return Sides{reference, current, n, m};
}

// x ln(x / y)
double RelativeEntropy(double x, double y) {
  if (x == 0) return 0;
  return y == 0 ? std::numeric_limits<double>::infinity() : x * std::log(x / y);
}

double LeastAboveZero(Weights weights, double sum) {
  double least = 1;
  for (const double weight : weights) {
    if (weight > 0) least = std::min(least, weight / sum);
  }
  return least;
}

}  // namespace

Result<double> KullbackLeibler(Weights reference, Weights current) {
  ASSIGN_OR_RETURN(const Sides sides, Pair(reference, current));
  double sum = 0;
  for (std::size_t i = 0; i < sides.size(); ++i) sum += RelativeEntropy(sides.r(i), sides.c(i));
  return sum;
}

Result<double> JensenShannonDistance(Weights reference, Weights current, double base) {
  if (!(base > 1) || std::isinf(base)) {
    return Error(Code::kInvalidArgument,
                 fmt::format("base {} of a logarithm is not above 1", base));
  }
  ASSIGN_OR_RETURN(const Sides sides, Pair(reference, current));
  double left = 0, right = 0;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const double r = sides.r(i), c = sides.c(i), middle = (r + c) / 2;
    left += RelativeEntropy(r, middle);
    right += RelativeEntropy(c, middle);
  }
  // Rounding may leave a little less than nothing.
  const double nats = std::max(left + right, 0.0);
  return std::sqrt((base == std::numbers::e ? nats : nats / std::log(base)) / 2);
}

Result<double> HellingerDistance(Weights reference, Weights current) {
  ASSIGN_OR_RETURN(const Sides sides, Pair(reference, current));
  double sum = 0;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const double difference = std::sqrt(sides.r(i)) - std::sqrt(sides.c(i));
    sum += difference * difference;
  }
  return std::min(1.0, std::sqrt(sum / 2));
}

Result<double> TotalVariation(Weights reference, Weights current) {
  ASSIGN_OR_RETURN(const Sides sides, Pair(reference, current));
  double sum = 0;
  for (std::size_t i = 0; i < sides.size(); ++i) sum += std::abs(sides.r(i) - sides.c(i));
  return std::min(1.0, sum / 2);
}

Result<double> LInfinity(Weights reference, Weights current) {
  ASSIGN_OR_RETURN(const Sides sides, Pair(reference, current));
  double greatest = 0;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    greatest = std::max(greatest, std::abs(sides.r(i) - sides.c(i)));
  }
  return greatest;
}

double FillOfZeros(double least_share) {
  constexpr double kFill = 0.0001;
  return least_share > kFill ? kFill : least_share / 1e6;
}

Result<double> PopulationStability(Weights reference, Weights current, ZeroFill fill) {
  ASSIGN_OR_RETURN(const Sides sides, Pair(reference, current));
  double fill_r = 0, fill_c = 0;
  if (fill == ZeroFill::kEvidently) {
    fill_r = FillOfZeros(LeastAboveZero(reference, sides.n));
    fill_c = FillOfZeros(LeastAboveZero(current, sides.m));
  }
  double sum = 0;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const double r = reference[i] == 0 ? fill_r : sides.r(i);
    const double c = current[i] == 0 ? fill_c : sides.c(i);
    if (r != c) sum += (r - c) * std::log(r / c);
  }
  return sum;
}

namespace {

using Int128 = __int128;

// Both samples thrown together, as whole numbers.
struct Urn {
  std::vector<std::uint64_t> groups;
  std::uint64_t n = 0, m = 0;

  // |m r - n c| of one group of which `r` rows are the reference's: total variation times 2nm.
  Int128 Apart(std::size_t group, std::uint64_t r) const {
    const Int128 difference =
        static_cast<Int128>(m) * r - static_cast<Int128>(n) * (groups[group] - r);
    return difference < 0 ? -difference : difference;
  }
};

Result<Urn> Throw(std::span<const std::uint64_t> reference,
                  std::span<const std::uint64_t> current) {
  RETURN_IF_ERROR(CheckGroups(reference.size(), current.size()));
  Urn urn;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    constexpr std::uint64_t kMost = Hypergeometric::kMaxTotal;
    if (reference[i] > kMost || current[i] > kMost || urn.n + urn.m > kMost) {
      return Error(Code::kTooLarge, "more than 10^12 rows to relabel");
    }
    urn.groups.push_back(reference[i] + current[i]);
    urn.n += reference[i];
    urn.m += current[i];
  }
  if (urn.n > 0 && urn.m > 0 && urn.n + urn.m <= Hypergeometric::kMaxTotal) return urn;
  if (urn.n > 0 && urn.m > 0) return Error(Code::kTooLarge, "more than 10^12 rows to relabel");
  return Error(Code::kInvalidArgument, "a sample without rows has no shares");
}

// The total variation, times 2nm, after the rows were relabelled at random.
Int128 Relabel(const Urn& urn, Rng& rng) {
  std::uint64_t rest = urn.n + urn.m, drawn = urn.n;
  Int128 apart = 0;
  for (std::size_t i = 0; i < urn.groups.size(); ++i) {
    const std::uint64_t r =
        Hypergeometric({.total = rest, .marked = urn.groups[i], .drawn = drawn}).Draw(rng);
    rest -= urn.groups[i];
    drawn -= r;
    apart += urn.Apart(i, r);
  }
  return apart;
}

}  // namespace

Result<TestResult> TotalVariationPermutation(std::span<const std::uint64_t> reference,
                                             std::span<const std::uint64_t> current, Rng& rng,
                                             std::size_t permutations) {
  if (permutations == 0) return Error(Code::kInvalidArgument, "no permutations to compare with");
  ASSIGN_OR_RETURN(const Urn urn, Throw(reference, current));
  Int128 seen = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) seen += urn.Apart(i, reference[i]);
  std::size_t as_great = 0;
  for (std::size_t round = 0; round < permutations; ++round) {
    as_great += Relabel(urn, rng) >= seen ? 1 : 0;
  }
  const double scale = 2.0 * static_cast<double>(urn.n) * static_cast<double>(urn.m);
  return TestResult{
      .statistic = static_cast<double>(seen) / scale,
      .p_value = (1 + static_cast<double>(as_great)) / (1 + static_cast<double>(permutations))};
}

}  // namespace mooring::data
