#include "data/stats/distances.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace mooring::data {
namespace {

constexpr std::size_t kDeciles = 10;

std::uint64_t Total(std::span<const std::uint64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

struct Grouped {
  std::array<std::uint64_t, kDeciles> reference{}, current{};
  std::array<std::size_t, kDeciles> last{};  // bin
  std::size_t size = 0;
};

// Joins bins in order: a bin goes to the tenth of the reference in which its middle lies. Bins that
// the reference left empty (beyond its range, between its atoms) go with the bin before.
Grouped JoinToDeciles(std::span<const std::uint64_t> reference,
                      std::span<const std::uint64_t> current) {
  Grouped groups{.size = 1};
  const auto n = static_cast<double>(Total(reference));
  double below = 0;
  std::size_t last = kDeciles;  // none yet
  for (std::size_t bin = 0; bin < reference.size(); ++bin) {
    if (reference[bin] != 0) {
      const auto count = static_cast<double>(reference[bin]);
      const auto tenth = static_cast<std::size_t>((below + count / 2) / n * kDeciles);
      if (last != kDeciles && tenth != last) ++groups.size;
      last = tenth;
      below += count;
    }
    groups.reference[groups.size - 1] += reference[bin];
    groups.current[groups.size - 1] += current[bin];
    groups.last[groups.size - 1] = bin;
  }
  return groups;
}

double PsiTerm(double r, double c) { return (r - c) * std::log(r / c); }

// x ln(x / y), 0 for x = 0.
double RelativeEntropy(double x, double y) { return x > 0 ? x * std::log(x / y) : 0; }

std::size_t UsedGroups(std::span<const std::uint64_t> reference,
                       std::span<const std::uint64_t> current) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) used += reference[i] + current[i] != 0 ? 1 : 0;
  return used;
}

void CompareGroups(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current,
                   Distances& into) {
  const std::size_t groups = UsedGroups(reference, current);
  into.groups = static_cast<std::uint32_t>(groups);
  into.psi = Psi(reference, current);
  into.psi_adjusted = into.psi - PsiExpectedWithoutDrift(groups, Total(reference), Total(current));
  into.js = JensenShannon(reference, current);
}

// The integral of |d| over a width where d goes evenly from `from` to `to`.
double AbsArea(double from, double to, double width) {
  const double a = std::abs(from), b = std::abs(to);
  if ((from < 0) == (to < 0) || a + b == 0) return (a + b) / 2 * width;
  return (a * a + b * b) / (2 * (a + b)) * width;
}

// The mean distance beyond an edge over all of a sample: the area of its tail there.
double Tail(const NumericBins& bins, double edge, std::uint64_t count, Int128 sum,
            std::uint64_t all) {
  const double from_pivot = static_cast<double>(sum) * bins.tick();
  const double beyond = from_pivot - static_cast<double>(count) * (edge - bins.pivot());
  return std::abs(beyond) / static_cast<double>(all);
}

struct Sides {
  const ColumnProfile& reference;
  const ColumnProfile& current;
};

double Area(const NumericBins& bins, Sides sides) {
  const std::span<const double> edges = bins.edges();
  if (edges.empty()) return 0;
  const std::uint64_t n = sides.reference.valid(), m = sides.current.valid();
  const auto tail = [&](const ColumnProfile& column, bool below, std::uint64_t all) {
    return Tail(bins, below ? edges.front() : edges.back(),
                below ? column.counts.front() : column.counts.back(),
                below ? column.sum_below : column.sum_above, all);
  };
  double area = 0;
  for (const bool below : {true, false}) {
    area += std::abs(tail(sides.reference, below, n) - tail(sides.current, below, m));
  }
  double f = 0, g = 0, difference = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    f += static_cast<double>(sides.reference.counts[i]) / static_cast<double>(n);
    g += static_cast<double>(sides.current.counts[i]) / static_cast<double>(m);
    if (i != 0) area += AbsArea(difference, f - g, edges[i] - edges[i - 1]);
    difference = f - g;
  }
  return area;
}

double KolmogorovSmirnov(Sides sides) {
  const auto n = static_cast<double>(sides.reference.valid());
  const auto m = static_cast<double>(sides.current.valid());
  std::uint64_t below_n = 0, below_m = 0;
  double greatest = 0;
  for (std::size_t i = 0; i < sides.reference.counts.size(); ++i) {
    below_n += sides.reference.counts[i];
    below_m += sides.current.counts[i];
    greatest = std::max(
        greatest, std::abs(static_cast<double>(below_n) / n - static_cast<double>(below_m) / m));
  }
  return greatest;
}

}  // namespace

double Psi(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current) {
  const auto n = static_cast<double>(Total(reference)), m = static_cast<double>(Total(current));
  if (n == 0 || m == 0) return kNoValue;
  double psi = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    if (reference[i] == 0 && current[i] == 0) continue;
    psi += PsiTerm(std::max(static_cast<double>(reference[i]), 0.5) / n,
                   std::max(static_cast<double>(current[i]), 0.5) / m);
  }
  return psi;
}

double JensenShannon(std::span<const std::uint64_t> reference,
                     std::span<const std::uint64_t> current) {
  const auto n = static_cast<double>(Total(reference)), m = static_cast<double>(Total(current));
  if (n == 0 || m == 0) return kNoValue;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double r = static_cast<double>(reference[i]) / n, c = static_cast<double>(current[i]) / m;
    const double middle = (r + c) / 2;
    sum += RelativeEntropy(r, middle) + RelativeEntropy(c, middle);
  }
  return std::sqrt(std::max(sum, 0.0) / 2);
}

double PsiExpectedWithoutDrift(std::size_t groups, std::uint64_t n, std::uint64_t m) {
  if (groups == 0 || n == 0 || m == 0) return 0;
  return static_cast<double>(groups - 1) *
         (1 / static_cast<double>(n) + 1 / static_cast<double>(m));
}

Distances Compare(const BatchProfile& reference, const BatchProfile& current, std::size_t index) {
  Distances distances;
  const ColumnProfile& before = reference.column(index);
  const ColumnProfile& now = current.column(index);
  if (before.valid() == 0 || now.valid() == 0) return distances;
  const auto* bins = std::get_if<NumericBins>(&(*reference.bins())[index].bins);
  if (bins == nullptr) {
    CompareGroups(before.counts, now.counts, distances);
    return distances;
  }
  const Grouped groups = JoinToDeciles(before.counts, now.counts);
  CompareGroups(std::span(groups.reference).first(groups.size),
                std::span(groups.current).first(groups.size), distances);
  distances.ks = KolmogorovSmirnov({before, now});
  const double deviation = reference.Deviation(index);
  if (deviation > 0) distances.wasserstein = Area(*bins, {before, now}) / deviation;
  return distances;
}

ComparedGroups GroupsOf(const BatchProfile& reference, const BatchProfile& current,
                        std::size_t index) {
  const std::vector<std::uint64_t>& before = reference.column(index).counts;
  const std::vector<std::uint64_t>& now = current.column(index).counts;
  const auto* bins = std::get_if<NumericBins>(&(*reference.bins())[index].bins);
  if (bins == nullptr) return {before, now, {}};
  if (reference.column(index).valid() == 0) return {};
  const Grouped groups = JoinToDeciles(before, now);
  ComparedGroups compared;
  compared.reference.assign(groups.reference.begin(), groups.reference.begin() + groups.size);
  compared.current.assign(groups.current.begin(), groups.current.begin() + groups.size);
  for (std::size_t group = 0; group + 1 < groups.size; ++group) {
    compared.upper.push_back(bins->edges()[groups.last[group]]);
  }
  compared.upper.push_back(std::numeric_limits<double>::infinity());
  return compared;
}

}  // namespace mooring::data
