// Offline: the same comparison on two tables, without a server: `mooring monitor drift --reference
// a --current b`. The reference's bins are learned from the first table. Features that carry each
// other's values now (multivariate/duplicated_features.h) are looked for in some thousand rows.
#pragma once

#include "base/result.h"
#include "data/table/batch.h"
#include "monitoring/window_report.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

// kInvalidArgument when a table is empty or a column is text in one and numbers in the other.
// Columns that only one table has are findings (drift_findings.h).
Result<WindowReport> CompareTables(const data::Batch& reference, const data::Batch& current,
                                   const records::MonitorRule& rule);

// Findings of duplicated features, of columns that both tables have; none when the report says that
// there are not enough rows.
void AddDuplicates(const data::Batch& reference, const data::Batch& current, WindowReport& report);

}  // namespace mooring::monitoring
