// Distances between two sets of shares of the same groups, as named tools compute them. Use
// distances.h for profiles: its PSI and JS are for verdicts (half a row for empty groups, counts);
// these are for comparing with another tool's numbers, and for the tests of it.
//
// Inputs are shares or raw weights (counts): each side is first divided by its sum. Symbols: r and
// c are the shares of reference and current. 0 ln 0 counts as 0.
//
// Errors: kInvalidArgument when sizes differ, there are no groups, a weight is negative, NaN or
// infinite, or a side sums to 0 or beyond 1e308. Thread safety: pure functions; no allocation but
// for errors. Complexity: two passes. Agrees with SciPy 1.10.1 to 1e-13 (test: counts.json).
#pragma once

#include <cstdint>
#include <numbers>
#include <span>

#include "base/result.h"
#include "base/rng.h"
#include "data/stats/test_result.h"

namespace mooring::data {

using Weights = std::span<const double>;

// sum r ln(r / c), as scipy.stats.entropy(reference, current); +inf where c is 0 and r is not.
Result<double> KullbackLeibler(Weights reference, Weights current);

// sqrt((KL(r | a) + KL(c | a)) / 2), a = (r + c)/2: from 0 to sqrt(log_base 2), as
// scipy.spatial.distance.jensenshannon. Base 2 gives at most 1 (NannyML), base e is Evidently's.
Result<double> JensenShannonDistance(Weights reference, Weights current,
                                     double base = std::numbers::e);

// sqrt(sum (sqrt r - sqrt c)^2 / 2) = sqrt(1 - sum sqrt(r c)), 0 to 1. The first form is computed:
// the second loses half of the digits when shares are close.
Result<double> HellingerDistance(Weights reference, Weights current);

// sum |r - c| / 2 and max |r - c|, 0 to 1.
Result<double> TotalVariation(Weights reference, Weights current);
Result<double> LInfinity(Weights reference, Weights current);

// sum (r - c) ln(r / c). What a share of 0 counts as:
enum class ZeroFill {
  kNone,       // 0: +inf when only one side is 0
  kEvidently,  // FillOfZeros; shares are not scaled to 1 again
};
Result<double> PopulationStability(Weights reference, Weights current,
                                   ZeroFill fill = ZeroFill::kNone);

// What Evidently 0.7 puts in place of a 0 among shares: 0.0001, or when the least share above 0 is
// 0.0001 or less, a millionth of that one. Shares, so the sum is 1; jumps by 10^2 and more at the
// boundary, which is why verdicts do not use it.
double FillOfZeros(double least_share);

// Total variation of two samples' counts of the same groups and how often a random relabelling of
// the rows makes it as great: p = (1 + as great) / (1 + permutations), never 0 (Phipson & Smyth
// 2010). Compared in whole numbers, so ties are ties. Relabelling is drawn as counts: group by
// group a hypergeometric number goes to the reference, about sqrt(group) steps each.
// kInvalidArgument as above, and no permutations; kTooLarge: over Hypergeometric::kMaxTotal rows.
Result<TestResult> TotalVariationPermutation(std::span<const std::uint64_t> reference,
                                             std::span<const std::uint64_t> current, Rng& rng,
                                             std::size_t permutations = 1000);

}  // namespace mooring::data
