// The log-likelihood ratio tests on counts (G tests): the same questions as chi_squared.h, answered
// by 2 sum O ln(O / E), whose parts add up over nested groupings. Prefer chi-squared when some
// expected counts are below 5.
//
// Sources: Wilks 1938; Sokal & Rohlf. Agrees with scipy.stats.power_divergence and chi2_contingency
// (lambda_="log-likelihood") 1.10.1 to 1e-12 relative, up to SciPy's own rounding of some 1e-16 of
// the sum of counts: terms are summed here as deviances O ln(O / E) - (O - E) (deviance.h), so that
// counts of 1e9 keep twelve digits too (test: 60-digit decimals).
//
// Thread safety: pure functions.
#pragma once

#include "data/stats/counts/chi_squared.h"

namespace mooring::data {

// As ChiSquared, with the same errors and corner cases.
Result<CountTest> GTest(std::span<const double> observed, std::span<const double> expected = {},
                        std::size_t fitted = 0);

// As ChiSquaredContingency: with `yates` and dof 1 every cell moves 1/2 towards its expected count,
// at most up to it (SciPy's default).
Result<CountTest> GTestContingency(const CountTable& table, bool yates = true);

}  // namespace mooring::data
