// The measures of nannyml_univariate.h.
#include <algorithm>
#include <cmath>

#include "data/stats/counts/chi_squared.h"
#include "data/stats/histogram_edges.h"
#include "data/stats/share_distances.h"
#include "data/stats/two_sample/kolmogorov_smirnov.h"
#include "data/stats/two_sample/wasserstein.h"
#include "monitoring/parity/nannyml_univariate.h"

namespace mooring::monitoring {
namespace {

using Numbers = std::span<const double>;

std::vector<double> SharesOf(const std::vector<std::uint64_t>& counts, double rows) {
  std::vector<double> shares;
  for (const std::uint64_t count : counts) shares.push_back(static_cast<double>(count) / rows);
  return shares;
}

// The distance between two sets of counts; `rest` rows of the chunk are in no bin.
double BinDistance(bool hellinger, const std::vector<std::uint64_t>& reference,
                   const std::vector<std::uint64_t>& chunk, std::uint64_t rest) {
  std::vector<double> r(reference.begin(), reference.end()), c(chunk.begin(), chunk.end());
  r.push_back(0);
  c.push_back(static_cast<double>(rest));
  const Result<double> distance =
      hellinger ? data::HellingerDistance(r, c) : data::JensenShannonDistance(r, c, 2);
  return distance.ok() ? *distance : kAbsent;
}

std::uint64_t Sum(const std::vector<std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts) sum += count;
  return sum;
}

Result<NumberMeasure> FitBinned(bool hellinger, Numbers reference) {
  ASSIGN_OR_RETURN(std::vector<double> edges,
                   data::HistogramEdges(reference, data::EdgeRule::kDoane));
  std::vector<std::uint64_t> counts = data::HistogramCounts(reference, edges);
  return NumberMeasure(
      [hellinger, edges = std::move(edges), counts = std::move(counts)](Numbers values) {
        if (values.empty()) return kAbsent;
        const std::vector<std::uint64_t> now = data::HistogramCounts(values, edges);
        return BinDistance(hellinger, counts, now, values.size() - Sum(now));
      });
}

// kNannyBinned bins of equal width over the reference, as sums of shares.
struct FineBins {
  std::vector<double> edges, sums;

  double width() const { return edges[1] - edges[0]; }
  static FineBins Of(Numbers reference);
  // The chunk's sums, `below` added to each.
  std::vector<double> SumsOf(Numbers values, double below) const;
};

std::vector<double> RunningSums(const std::vector<double>& shares, double start) {
  std::vector<double> sums;
  double sum = 0;
  for (const double share : shares) {
    sum += share;
    sums.push_back(start + sum);
  }
  return sums;
}

// A constant lies in the middle of a range of 1.
FineBins FineBins::Of(Numbers reference) {
  double least = std::ranges::min(reference), most = std::ranges::max(reference);
  if (least == most) {
    least -= 0.5;
    most += 0.5;
  }
  FineBins bins;
  const double step = (most - least) / static_cast<double>(kNannyBinned);
  for (std::size_t i = 0; i < kNannyBinned; ++i) {
    bins.edges.push_back(least + static_cast<double>(i) * step);
  }
  bins.edges.push_back(most);
  bins.sums = bins.SumsOf(reference, 0);
  return bins;
}

std::vector<double> FineBins::SumsOf(Numbers values, double below) const {
  const auto n = static_cast<double>(values.size());
  return RunningSums(SharesOf(data::HistogramCounts(values, edges), n), below);
}

double BinnedKs(const FineBins& bins, Numbers values) {
  const auto below = static_cast<double>(
      std::ranges::count_if(values, [&](double x) { return x < bins.edges.front(); }));
  const std::vector<double> sums = bins.SumsOf(values, below / static_cast<double>(values.size()));
  double greatest = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    greatest = std::max(greatest, std::abs(bins.sums[i] - sums[i]));
  }
  return greatest;
}

double BinnedWasserstein(const FineBins& bins, Numbers values) {
  const double least = bins.edges.front(), most = bins.edges.back();
  const auto n = static_cast<double>(values.size());
  double below = 0, outside = 0;
  for (const double x : values) {
    below += x < least ? 1 : 0;
    outside += std::max({least - x, x - most, 0.0});
  }
  if (below > 0) ++below;  // the imaginary row
  const std::vector<double> sums = bins.SumsOf(values, below / n);
  double area = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) area += std::abs(bins.sums[i] - sums[i]);
  return area * bins.width() + outside / n;
}

std::vector<double> Sorted(Numbers values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted;
}

NumberMeasure FitCumulative(bool ks, Numbers reference) {
  if (reference.size() < kNannyBinned) {
    return [ks, sorted = Sorted(reference)](Numbers values) {
      if (values.empty()) return kAbsent;
      const std::vector<double> now = Sorted(values);
      return ks ? data::KsStatisticSorted(sorted, now) : data::WassersteinSorted(sorted, now);
    };
  }
  return [ks, bins = FineBins::Of(reference)](Numbers values) {
    if (values.empty()) return kAbsent;
    return ks ? BinnedKs(bins, values) : BinnedWasserstein(bins, values);
  };
}

// Counts of the reference's values in a chunk.
std::vector<std::uint64_t> CountsOf(const LevelCounts& reference, const LevelCounts& chunk) {
  std::vector<std::uint64_t> counts;
  for (const auto& [value, count] : reference) {
    const auto found = chunk.find(value);
    counts.push_back(found == chunk.end() ? 0 : found->second);
  }
  return counts;
}

double LInfinityOf(const LevelCounts& reference, const LevelCounts& chunk) {
  const AlignedCounts both = Align(reference, chunk);
  const std::vector<double> r(both.reference.begin(), both.reference.end());
  const std::vector<double> c(both.current.begin(), both.current.end());
  const Result<double> distance = data::LInfinity(r, c);
  return distance.ok() ? *distance : kAbsent;
}

}  // namespace

Result<NumberMeasure> FitNumberMeasure(std::string_view method, Numbers reference) {
  if (reference.empty()) return Error(Code::kInvalidArgument, "a reference without values");
  if (method == "jensen_shannon") return FitBinned(false, reference);
  if (method == "hellinger") return FitBinned(true, reference);
  if (method == "kolmogorov_smirnov") return FitCumulative(true, reference);
  if (method == "wasserstein") return FitCumulative(false, reference);
  return Error(Code::kInvalidArgument, "no measure of numbers '" + std::string(method) + "'");
}

Result<LevelMeasure> FitLevelMeasure(std::string_view method, const LevelCounts& reference) {
  if (reference.empty()) return Error(Code::kInvalidArgument, "a reference without values");
  if (method == "l_infinity") {
    return LevelMeasure([reference](const LevelCounts& chunk) {
      return chunk.empty() ? kAbsent : LInfinityOf(reference, chunk);
    });
  }
  if (method != "jensen_shannon" && method != "hellinger") {
    return Error(Code::kInvalidArgument, "no measure of texts '" + std::string(method) + "'");
  }
  return LevelMeasure([reference, hellinger = method == "hellinger"](const LevelCounts& chunk) {
    if (chunk.empty()) return kAbsent;
    const std::vector<std::uint64_t> now = CountsOf(reference, chunk);
    return BinDistance(hellinger, CountsOf(reference, reference), now, TotalOf(chunk) - Sum(now));
  });
}

data::TestResult NannyChi2(const LevelCounts& reference, const LevelCounts& chunk) {
  if (reference.empty() || chunk.empty()) return {};
  const AlignedCounts both = Align(reference, chunk);
  std::vector<double> cells(both.reference.begin(), both.reference.end());
  cells.insert(cells.end(), both.current.begin(), both.current.end());
  const Result<data::CountTest> test =
      data::ChiSquaredContingency({.cells = cells, .columns = both.reference.size()});
  if (!test.ok()) return {};
  return {test->statistic, test->p_value};
}

}  // namespace mooring::monitoring
