// Judge: from a reference profile and a window profile to a verdict. Pure functions, no clock, no
// store.
//
// Under the policy `corrected` a feature has drifted when that is both
//   significant: q <= p_value (Benjamini-Hochberg over the window's features, rows in runs counted
//                for less), and
//   big:         PSI less what chance alone gives is over the bound (0.2); or over half of it while
//                the Wasserstein distance is over twice the bound (0.4 deviations: what a PSI of
//                0.2 means for a normal that moves).
// Under `psi` it is PSI > bound, under `p_value` p < level, each by itself: the plain rules, shown
// beside under any policy. A window has drifted when more than `share` of its inputs have, or one
// of the model's own outputs has: the score, a class's probability, the predicted class
// (class_outputs.h). That it must be so again in a next window is the alert rules'
// (control/alerts).
//
// Fewer rows than `window_min_rows` are not judged: "not enough data" is a verdict of its own and
// never means "ok". Why: docs/decisions/0004-psi-without-chance.md, 0008-significant-and-big.md.
#pragma once

#include <span>

#include "data/stats/profile.h"
#include "monitoring/window_report.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

// Fills features, shares, verdict, reason and findings of a report whose rows are set.
// `correlations`: of a window's neighbouring rows, by column (evidence.h).
void Judge(const data::BatchProfile& reference, const data::BatchProfile& window,
           const records::MonitorRule& rule, WindowReport& report,
           std::span<const double> correlations = {});

// The rule alone, for features whose figures come from elsewhere (exact/exact_window.h): fills what
// follows from them and from the report's rows, but no findings.
void JudgeFeatures(const records::MonitorRule& rule, WindowReport& report);

// Of files and profiles: a reference of fewer rows than window_min_rows says as little as such a
// window. A judged report is then one without enough data and without findings.
void RequireReference(std::uint64_t rows, const records::MonitorRule& rule, WindowReport& report);

}  // namespace mooring::monitoring
