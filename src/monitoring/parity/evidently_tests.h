// Evidently's column tests, as version 0.7.21 computes them. Parity mode: use them to compare with
// reports that Evidently made; our own verdicts are the judge's
// (docs/decisions/0007-where-we-differ-from-evidently-and-nannyml.md).
//
// Symbols: R and C are the present values of reference and current, n and m their numbers, r and c
// shares of the same bins. Bins of PSI, KL and JS: equal width by Sturges over R and C together
// where a number has more than 20 distinct values in R, else one for each value. Zeros among shares
// are filled for PSI and KL (data::FillOfZeros). Hellinger on numbers takes Sturges' bins of the
// distinct values of both. chisquare and g_test take the reference as exact.
//
// Oddities kept: mannw is one-sided (R below C); chisquare is 0 for a value that R lacks;
// wasserstein of a constant is divided by 0.001; cramer_von_mises means nothing on ties;
// g_test refuses unequal sums, fisher_exact unequal lengths; a constant has no anderson and no es.
// TVD and empirical_mmd permute by our own generator: their p-values differ by chance, TVD's
// is (1 + k) / (1 + 1000) here and k / 1000 there.
//
// Failure: kInvalidArgument where Evidently raises an error; kTooLarge for MMD of more than
// data::kMmdRows rows. Thread safety: pure functions. Complexity: sorts, MMD quadratic.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "monitoring/parity/sample_columns.h"

namespace mooring::monitoring {

enum class EvidentlyTest : std::uint8_t {
  kKs,
  kZ,
  kChiSquare,
  kWasserstein,
  kJensenShannon,
  kPsi,
  kKlDivergence,
  kHellinger,
  kAnderson,
  kCramerVonMises,
  kMannWhitney,
  kEnergyDistance,
  kEppsSingleton,
  kTTest,
  kGTest,
  kFisherExact,
  kTotalVariation,
  kMmd,
};

// When a score means drift.
enum class DriftWhen : std::uint8_t { kBelow, kAtMost, kAtLeast, kAbove };

struct EvidentlyTestKind {
  EvidentlyTest test;
  std::string_view name;    // as in Evidently's options: "ks", "z", …
  std::string_view report;  // as its reports call it: "K-S p_value"
  DriftWhen drift;
  double threshold;  // the default
  bool numbers, categories;
};
// All kinds, in the order of the enumeration.
std::span<const EvidentlyTestKind> EvidentlyTestKinds();
const EvidentlyTestKind& KindOf(EvidentlyTest test);
Result<EvidentlyTest> ParseEvidentlyTest(std::string_view name);

bool IsDrift(EvidentlyTest test, double score, double threshold);  // false for NaN

// A column's present values: numbers (finite) or counts of texts, or both for a number that is
// taken as a category.
struct EvidentlySample {
  std::vector<double> numbers;
  LevelCounts levels;
};

struct EvidentlyPair {
  EvidentlySample reference, current;
  bool is_number = false;
  std::uint64_t seed = 0;  // of permutations
};

// The score: a p-value or a distance. NaN where Evidently's is (t_test of constants).
Result<double> EvidentlyScore(EvidentlyTest test, const EvidentlyPair& pair);
// What is permuted behind kTotalVariation (half the sum of |r - c|) and kMmd (the unbiased MMD^2).
Result<double> PermutationStatistic(EvidentlyTest test, const EvidentlyPair& pair);

}  // namespace mooring::monitoring
