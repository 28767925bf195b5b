// ExactWindow: the figures of an exact comparison judged by a contract's rule, as the watch judges
// its windows (judge.h), in the watch's own report: so tables, JUnit and the page show both alike.
//
//   ASSIGN_OR_RETURN(const ExactReport exact, CompareExactly(reference, current));
//   const WindowReport report = ExactWindow(exact, rule);
//
// p is of the Kolmogorov-Smirnov test for numbers and of chi-squared for categories; q is corrected
// over the columns by Benjamini and Hochberg. Rows count as independent, unlike in the watch, which
// counts those in runs for less: of a live window p may be smaller here, and `big` then decides.
// Columns that were not compared (ExactColumn::skipped) are left out. No bars.
//
// Thread safety: pure functions.
#pragma once

#include "monitoring/exact/exact_drift.h"
#include "monitoring/window_report.h"

namespace mooring::monitoring {

// Features in the reference's order, the model's outputs after them and "score" last; findings of
// features and of the whole.
WindowReport ExactWindow(const ExactReport& exact, const records::MonitorRule& rule);

// Findings of features that carry each other's values now, from some thousand rows of each side, as
// AddDuplicates of offline.h. Failure: as the sources.
Status AddDuplicates(const ColumnSource& reference, const ColumnSource& current,
                     WindowReport& report);

}  // namespace mooring::monitoring
