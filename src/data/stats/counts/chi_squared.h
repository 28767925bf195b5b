// Pearson's chi-squared tests on counts: do counts follow expected ones, do rows and columns of a
// table depend, do two windows have one distribution. Good when expected counts are 5 and more;
// for small 2x2 tables use FisherExact.
//
// Formula: sum (O - E)^2 / E, p from the upper tail of chi-squared (Pearson 1900). Agrees with
// scipy.stats.chisquare and chi2_contingency 1.10.1 to 1e-12 relative (test: extra.json,
// golden.json, counts.json). With 1e6 rows harmless differences are significant: judge the size by
// a distance as well.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "data/stats/counts/count_table.h"
#include "data/stats/test_result.h"

namespace mooring::data {

struct CountTest {
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double p_value = std::numeric_limits<double>::quiet_NaN();
  std::size_t dof = 0;
};

// One sample of k groups beside what is expected in each; dof = k - 1 - `fitted`, the number of
// parameters taken from the same sample. No expected counts: all groups alike. The reference is
// taken as exact: for two samples use the contingency test. A group seen where none is expected
// gives +inf and p = 0. dof 0 gives p = 1 when the statistic is 0, else NaN. kInvalidArgument:
// sizes differ, no groups, a value is no count, sums differ by more than 1e-8 of the lesser, a
// group with 0 expected and 0 seen (0/0: leave it out), fitted > k - 1.
Result<CountTest> ChiSquared(std::span<const double> observed,
                             std::span<const double> expected = {}, std::size_t fitted = 0);

// Rows against columns, dof = (rows - 1)(columns - 1). `yates`: with dof 1 each |O - E| is lessened
// by 1/2, at most to 0 (SciPy's default). One row or column: statistic 0, p = 1. Errors: as
// Margins::Of, an empty row or column among them.
Result<CountTest> ChiSquaredContingency(const CountTable& table, bool yates = true);

// Two samples' counts of the same groups, both taken as random: the contingency test of 2 x B
// without Yates' correction, on groups pooled so that every expected count is 5 or more.
//
// Rule of pooling: groups are walked in order (bins by value, categories by share); a group, empty
// ones too, is joined with those after it until the expected count is >= 5 in both samples; what is
// left over at the end joins the last pool. The rule looks at the sums of both samples only, which
// the test holds fixed, so that it does not bend the p-value. An unseen category (0 in the
// reference) is a group like others.
struct HomogeneityTest {
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double p_value = std::numeric_limits<double>::quiet_NaN();
  std::size_t dof = 0;
  std::size_t groups = 0;  // after pooling; fewer than 2 say nothing: statistic 0, p = 1, dof 0
};
// NaN and no groups when a sample is empty. The sizes are equal: the caller's promise. No
// allocation, two passes and one tail: 0.3 µs and 7 ns a group.
HomogeneityTest ChiSquaredHomogeneity(std::span<const std::uint64_t> reference,
                                      std::span<const std::uint64_t> current);

inline constexpr double kLeastExpectedCount = 5;

// What chi-squared and G tests have in common: the p-value of a statistic (dof 0: 1 for a statistic
// of 0, else NaN), and the check of one sample's counts: sizes, values, sums within 1e-8.
CountTest JudgeByChiSquared(double statistic, std::size_t dof);
Status CheckOneWay(std::span<const double> observed, std::span<const double> expected,
                   std::size_t fitted);

}  // namespace mooring::data
