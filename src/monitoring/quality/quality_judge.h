// QualityJudge: from a scored window to a verdict and findings. Pure functions, no clock, no store.
//
// A window is worse when its watched metric is beyond a bound even at the end of its 95 % interval
// that favours it. Bounds: the contract's warn and stop, shares of the reference's value; without
// them the reference's mean ± 3 deviations of its chunks. Nothing is said below 200 labels, or 30
// of the rarest class ("not_enough_data"; "waiting" while outcomes are still due).
//
// A watched metric that is not defined on the window (one class, scores that are no probabilities)
// is "not_enough_data" too, never "ok".
//
// Concept drift: realised less estimated loss, over their combined error, beyond 3 in three windows
// in a row; or beyond 5 in two. Windows count once all their outcomes are due or known: those that
// come first need not be like the rest. Calibration drift: the calibration error is over 0.05 and
// more than chance gives to right probabilities (mean + 3 deviations), and over twice the
// reference's or with a slope off 1 by a half. Slices whose loss is beyond what was expected, by a
// tenth of the whole's more than elsewhere: a warning each, at most three; without an estimate
// slices are shown and not judged, since some are harder than others at all times. Estimates are
// judged from 200 rows on.
//
// Thread safety: pure.
#pragma once

#include "monitoring/quality/quality_plan.h"
#include "monitoring/quality/quality_reference.h"
#include "monitoring/quality/quality_report.h"

namespace mooring::monitoring {

inline constexpr std::uint64_t kLeastLabels = 200, kLeastOfRarest = 30;

// Fills bounds, levels, verdict, reason and findings of a report that ScoreWindow filled.
// `gaps_before`: windows in a row before this one whose gap was beyond 3 errors.
void JudgeQuality(const QualityPlan& plan, const QualityReference* reference,
                  std::uint32_t gaps_before, QualityReport& report);

// How many combined errors reality is above the estimate; NaN without either.
double GapErrors(const ConceptGap& gap);

}  // namespace mooring::monitoring
