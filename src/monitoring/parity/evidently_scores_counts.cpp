// Tests of counts of values.
#include <cmath>

#include "base/rng.h"
#include "data/stats/counts/chi_squared.h"
#include "data/stats/counts/fisher_exact.h"
#include "data/stats/counts/g_statistic.h"
#include "data/stats/counts/proportions.h"
#include "data/stats/share_distances.h"
#include "monitoring/parity/evidently_scores.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kPermutations = 1000;

// The first value in order against all others. Numbers are in order as numbers there and as texts
// here: for two values, where the test is meant, p is the same either way.
Result<double> ProportionsP(const EvidentlyPair& pair) {
  const AlignedCounts counts = Align(pair.reference.levels, pair.current.levels);
  if (counts.reference.size() == 1) return 1.0;
  const std::uint64_t n = TotalOf(pair.reference.levels), m = TotalOf(pair.current.levels);
  ASSIGN_OR_RETURN(const data::TestResult test,
                   data::TwoProportionZ({n - counts.reference[0], n}, {m - counts.current[0], m}));
  return test.p_value;
}

// The current counts beside the reference's, taken as expected, times `scale`.
Result<double> OneWayP(const EvidentlyPair& pair, bool g, double scale) {
  const AlignedCounts counts = Align(pair.reference.levels, pair.current.levels);
  std::vector<double> expected, observed;
  for (std::size_t i = 0; i < counts.reference.size(); ++i) {
    expected.push_back(static_cast<double>(counts.reference[i]) * scale);
    observed.push_back(static_cast<double>(counts.current[i]));
  }
  ASSIGN_OR_RETURN(const data::CountTest test,
                   g ? data::GTest(observed, expected) : data::ChiSquared(observed, expected));
  return test.p_value;
}

Result<double> FisherP(const EvidentlyPair& pair) {
  const AlignedCounts counts = Align(pair.reference.levels, pair.current.levels);
  const std::uint64_t n = TotalOf(pair.reference.levels), m = TotalOf(pair.current.levels);
  if (counts.reference.size() > 2) {
    return Error(Code::kInvalidArgument, "more than two values");
  }
  if (n != m) return Error(Code::kInvalidArgument, "samples of unequal length");
  const std::uint64_t r = counts.reference[0], c = counts.current[0];
  ASSIGN_OR_RETURN(const data::TestResult test, data::FisherExact({m - c, c, n - r, r}));
  return test.p_value;
}

Result<double> TotalVariationP(const EvidentlyPair& pair) {
  const AlignedCounts counts = Align(pair.reference.levels, pair.current.levels);
  Rng rng(pair.seed);
  ASSIGN_OR_RETURN(
      const data::TestResult test,
      data::TotalVariationPermutation(counts.reference, counts.current, rng, kPermutations));
  return test.p_value;
}

}  // namespace

Result<double> CountScore(EvidentlyTest test, const EvidentlyPair& pair) {
  const auto n = static_cast<double>(TotalOf(pair.reference.levels));
  const auto m = static_cast<double>(TotalOf(pair.current.levels));
  switch (test) {
    case EvidentlyTest::kZ: return ProportionsP(pair);
    case EvidentlyTest::kChiSquare: return OneWayP(pair, false, m / n);
    case EvidentlyTest::kGTest: return OneWayP(pair, true, 1);
    case EvidentlyTest::kFisherExact: return FisherP(pair);
    case EvidentlyTest::kTotalVariation: return TotalVariationP(pair);
    default: return Error(Code::kInvalidArgument, "not a test of counts");
  }
}

Result<double> TotalVariationOf(const EvidentlyPair& pair) {
  const AlignedCounts counts = Align(pair.reference.levels, pair.current.levels);
  const std::vector<double> r(counts.reference.begin(), counts.reference.end());
  const std::vector<double> c(counts.current.begin(), counts.current.end());
  return data::TotalVariation(r, c);
}

}  // namespace mooring::monitoring
