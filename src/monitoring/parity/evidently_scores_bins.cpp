// Distances between the shares of bins.
#include <algorithm>
#include <set>

#include "data/stats/histogram_edges.h"
#include "data/stats/share_distances.h"
#include "monitoring/parity/evidently_scores.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kFewDistinct = 20;  // up to here a number is binned by its values

struct Shares {
  std::vector<double> reference, current;
};

std::vector<double> SharesOf(const std::vector<std::uint64_t>& counts, std::size_t rows) {
  std::vector<double> shares;
  for (const std::uint64_t count : counts) {
    shares.push_back(static_cast<double>(count) / static_cast<double>(rows));
  }
  return shares;
}

Shares ByLevel(const EvidentlyPair& pair) {
  const AlignedCounts counts = Align(pair.reference.levels, pair.current.levels);
  return {SharesOf(counts.reference, TotalOf(pair.reference.levels)),
          SharesOf(counts.current, TotalOf(pair.current.levels))};
}

Shares ByEdges(const EvidentlyPair& pair, const std::vector<double>& edges) {
  const std::vector<double>& r = pair.reference.numbers;
  const std::vector<double>& c = pair.current.numbers;
  return {SharesOf(data::HistogramCounts(r, edges), r.size()),
          SharesOf(data::HistogramCounts(c, edges), c.size())};
}

Result<Shares> BinnedShares(const EvidentlyPair& pair) {
  if (!pair.is_number || pair.reference.levels.size() <= kFewDistinct) return ByLevel(pair);
  std::vector<double> pooled = pair.reference.numbers;
  pooled.insert(pooled.end(), pair.current.numbers.begin(), pair.current.numbers.end());
  ASSIGN_OR_RETURN(const std::vector<double> edges,
                   data::HistogramEdges(pooled, data::EdgeRule::kSturges));
  return ByEdges(pair, edges);
}

void FillZeros(std::vector<double>& shares) {
  double least = 1;
  for (const double share : shares) {
    if (share > 0) least = std::min(least, share);
  }
  std::ranges::replace(shares, 0.0, data::FillOfZeros(least));
}

}  // namespace

Result<double> BinnedScore(EvidentlyTest test, const EvidentlyPair& pair) {
  ASSIGN_OR_RETURN(Shares shares, BinnedShares(pair));
  if (test == EvidentlyTest::kJensenShannon) {
    return data::JensenShannonDistance(shares.reference, shares.current);
  }
  if (test == EvidentlyTest::kPsi) {
    return data::PopulationStability(shares.reference, shares.current, data::ZeroFill::kEvidently);
  }
  FillZeros(shares.reference);
  FillZeros(shares.current);
  return data::KullbackLeibler(shares.reference, shares.current);
}

Result<double> HellingerScore(const EvidentlyPair& pair) {
  if (!pair.is_number) {
    const Shares shares = ByLevel(pair);
    return data::HellingerDistance(shares.reference, shares.current);
  }
  std::set<double> distinct(pair.reference.numbers.begin(), pair.reference.numbers.end());
  distinct.insert(pair.current.numbers.begin(), pair.current.numbers.end());
  const std::vector<double> keys(distinct.begin(), distinct.end());
  ASSIGN_OR_RETURN(const std::vector<double> edges,
                   data::HistogramEdges(keys, data::EdgeRule::kSturges));
  const Shares shares = ByEdges(pair, edges);
  return data::HellingerDistance(shares.reference, shares.current);
}

}  // namespace mooring::monitoring
