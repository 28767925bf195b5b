// Distances: how far a window's profile is from its reference's, column by column.
//
// Both profiles must be on the same frozen bins. Nothing here decides: thresholds, corrections over
// many features and persistence are the judge's. Symbols: R and C are the counts of reference and
// current window in the same groups, n and m their sums, r = R/n, c = C/m. Nulls and NaN take no
// part.
//
// Groups: numeric bins are joined, in order, into at most ten groups of about a tenth of the
// reference each (so that PSI is on the customary scale); categories are taken one by one, with
// "other" and "unseen" as groups of their own. Groups empty in both samples do not count.
//
// Thread safety: pure functions. Complexity: one pass over the bins, about 1 µs a column; only
// GroupsOf allocates.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "data/stats/profile.h"

namespace mooring::data {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

// All NaN when either side has no valid values.
struct Distances {
  // Population stability index, sum of (r - c) ln(r/c) (Siddiqi 2006). An empty group's share is
  // taken as half a row of its sample.
  double psi = kNoValue;
  // psi less what it is expected to be without any drift, (B-1)(1/n + 1/m) for B groups
  // (Yurdakul 2018; m*PSI ~ chi2(B-1)). May be negative.
  double psi_adjusted = kNoValue;
  // Jensen-Shannon distance with natural logarithm, as scipy.spatial.distance.jensenshannon:
  // sqrt((KL(r|a) + KL(c|a)) / 2) with a = (r + c)/2. From 0 to sqrt(ln 2) = 0.8326.
  double js = kNoValue;
  // Kolmogorov-Smirnov D, greatest |F - G| over the frozen edges; at most 1/64 plus the window's
  // own greatest bin below the exact value. NaN for categories.
  double ks = kNoValue;
  // Wasserstein-1 distance, integral of |F - G| dx, divided by the reference's deviation. Within a
  // bin F and G rise evenly; beyond the reference's range the exact sums are used. Off by at most
  // 0.04, or 5 % when it is large, on the recorded SciPy cases. NaN for categories and a reference
  // without deviation.
  double wasserstein = kNoValue;
  std::uint32_t groups = 0;  // B
};

// The column at `index` of both. The profiles must have equal bins (the caller's promise).
Distances Compare(const BatchProfile& reference, const BatchProfile& current, std::size_t index);

// The groups in which Compare compares that column, with what each sample has in them.
struct ComparedGroups {
  std::vector<std::uint64_t> reference, current;
  std::vector<double> upper;  // of numbers: the greatest value of a group, +infinity for the last
};
ComparedGroups GroupsOf(const BatchProfile& reference, const BatchProfile& current,
                        std::size_t index);

// The same from plain counts of the same groups. Sizes must agree.
double Psi(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current);
double JensenShannon(std::span<const std::uint64_t> reference,
                     std::span<const std::uint64_t> current);
// (B-1)(1/n + 1/m); 0 when a sample is empty.
double PsiExpectedWithoutDrift(std::size_t groups, std::uint64_t n, std::uint64_t m);

}  // namespace mooring::data
