// Findings of a judged window: which features, outputs and the window as a whole are worth an
// alert, and the quality of the data itself: missing values, unseen ones (of numbers: in the midst
// of the reference's, where it has none), values out of the reference's range, columns that stopped
// varying.
//
// Data quality: a share s of m rows is beyond the reference's share r when it is over r by one
// percentage point and by three standard errors, sqrt(r' (1 - r') / m') with r' = max(r, 1/n) and
// m' the effective rows: a warning, above five points an alert. Three errors are passed by chance
// in about one window of a thousand, for each share of each feature.
//
// Thread safety: pure.
#pragma once

#include <span>
#include <string>

#include "data/stats/profile.h"
#include "monitoring/window_report.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

// To the findings of a report whose features and verdict are there.
void AddDriftFindings(const data::BatchProfile& reference, const data::BatchProfile& window,
                      const records::MonitorRule& rule, WindowReport& report);

// Of them those that need no profiles: features, the window as a whole, and shares of rows that
// are missing, unseen or out of range.
void AddFeatureFindings(const records::MonitorRule& rule, WindowReport& report);

// Columns that the reference has and the rows do not: "missing_column", an alert, certain however
// few the rows. Columns that only the rows have: "new_column", a warning.
void AddColumnFindings(std::span<const std::string> gone, std::span<const std::string> added,
                       WindowReport& report);

// Of profiles on the same bins: inputs that the reference counted and the window did not. A model's
// own outputs may come apart from its inputs.
void AddMissingInputs(const data::BatchProfile& reference, const data::BatchProfile& window,
                      WindowReport& report);

}  // namespace mooring::monitoring
