#include "monitoring/parity/evidently_tests.h"

#include "monitoring/parity/evidently_scores.h"

namespace mooring::monitoring {
namespace {

using enum EvidentlyTest;
using enum DriftWhen;

constexpr EvidentlyTestKind kKinds[] = {
    {kKs, "ks", "K-S p_value", kAtMost, 0.05, true, false},
    {kZ, "z", "Z-test p_value", kBelow, 0.05, false, true},
    {kChiSquare, "chisquare", "chi-square p_value", kBelow, 0.05, false, true},
    {kWasserstein, "wasserstein", "Wasserstein distance (normed)", kAtLeast, 0.1, true, false},
    {kJensenShannon, "jensenshannon", "Jensen-Shannon distance", kAtLeast, 0.1, true, true},
    {kPsi, "psi", "PSI", kAtLeast, 0.1, true, true},
    {kKlDivergence, "kl_div", "Kullback-Leibler divergence", kAtLeast, 0.1, true, true},
    {kHellinger, "hellinger", "Hellinger distance", kAtLeast, 0.1, true, true},
    {kAnderson, "anderson", "Anderson-Darling p_value", kBelow, 0.1, true, false},
    {kCramerVonMises, "cramer_von_mises", "Cramer-Von-Mises p_value", kAtMost, 0.1, true, false},
    {kMannWhitney, "mannw", "Mann-Whitney U-rank p_value", kBelow, 0.05, true, false},
    {kEnergyDistance, "ed", "Energy-distance", kAbove, 0.1, true, false},
    {kEppsSingleton, "es", "Epps-Singleton p_value", kBelow, 0.05, true, false},
    {kTTest, "t_test", "t_test p_value", kBelow, 0.05, true, false},
    {kGTest, "g_test", "g_test", kBelow, 0.1, false, true},
    {kFisherExact, "fisher_exact", "Fisher's Exact test", kBelow, 0.1, false, true},
    {kTotalVariation, "TVD", "Total-Variation-Distance p_value", kBelow, 0.1, false, true},
    {kMmd, "empirical_mmd", "empirical_mmd", kBelow, 0.1, true, false},
};

}  // namespace

std::span<const EvidentlyTestKind> EvidentlyTestKinds() { return kKinds; }

const EvidentlyTestKind& KindOf(EvidentlyTest test) {
  return kKinds[static_cast<std::size_t>(test)];
}

Result<EvidentlyTest> ParseEvidentlyTest(std::string_view name) {
  for (const EvidentlyTestKind& kind : kKinds) {
    if (kind.name == name) return kind.test;
  }
  return Error(Code::kInvalidArgument, "no column test '" + std::string(name) + "'")
      .Help("one of ks, wasserstein, jensenshannon, psi, chisquare, z and so on");
}

bool IsDrift(EvidentlyTest test, double score, double threshold) {
  switch (KindOf(test).drift) {
    case kBelow: return score < threshold;
    case kAtMost: return score <= threshold;
    case kAtLeast: return score >= threshold;
    case kAbove: return score > threshold;
  }
  return false;
}

Result<double> EvidentlyScore(EvidentlyTest test, const EvidentlyPair& pair) {
  const bool none = pair.is_number ? pair.reference.numbers.empty() || pair.current.numbers.empty()
                                   : pair.reference.levels.empty() || pair.current.levels.empty();
  if (none) return Error(Code::kInvalidArgument, "a side has no values");
  switch (test) {
    case kJensenShannon:
    case kPsi:
    case kKlDivergence: return BinnedScore(test, pair);
    case kHellinger: return HellingerScore(pair);
    case kZ:
    case kChiSquare:
    case kGTest:
    case kFisherExact:
    case kTotalVariation: return CountScore(test, pair);
    default: return SampleScore(test, pair);
  }
}

Result<double> PermutationStatistic(EvidentlyTest test, const EvidentlyPair& pair) {
  if (test == kMmd) return MmdSquaredOf(pair);
  if (test == kTotalVariation) return TotalVariationOf(pair);
  return Error(Code::kInvalidArgument, std::string(KindOf(test).name) + " permutes nothing");
}

}  // namespace mooring::monitoring
