// ScoreWindow: from the rows of a window, as far as their outcomes are known, to a report: metrics
// with intervals, classes, calibration, slices, business measures, the estimate, and how far
// reality is from it. Figures only; what follows is the judge's (quality_judge.h).
//
// Intervals are 95 %: of mean losses Student's; of shares Wilson's, and so of a binary F1, which is
// 2J / (1 + J) of the share J = TP / (TP + FP + FN); of the AUC DeLong's, of several classes' mean
// AUC at most as wide as the mean of theirs; of MCC, of means over classes, of WAPE and R² a
// bootstrap of fixed seed; measures that are SQL have none. Rows are taken as independent. What
// needs both classes, or scores in [0, 1], is NaN where it lacks them.
//
// Thread safety: pure. Complexity: about 0.5 s a million labelled rows.
#pragma once

#include <vector>

#include "base/clock.h"
#include "monitoring/quality/quality_plan.h"
#include "monitoring/quality/quality_reference.h"
#include "monitoring/quality/quality_report.h"

namespace mooring::monitoring {

// Fills a report whose model, version, times and task-independent counts are set. `reference` may
// be null: nothing is known of what is usual.
void ScoreWindow(const QualityPlan& plan, const QualityReference* reference,
                 const QualityRows& rows, QualityReport& report);

// Every metric of the labelled rows with its interval, the watched one first; without reference or
// bounds. Of rows without truth none.
std::vector<MetricValue> RealisedMetrics(const QualityPlan& plan, const QualityRows& rows);

// "log_loss", "accuracy" (without probabilities) or "mae" unless the contract says.
std::string WatchedMetric(const QualityPlan& plan);

}  // namespace mooring::monitoring
