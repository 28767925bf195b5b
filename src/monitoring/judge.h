// Judge: from a reference profile and a window profile to a verdict. Pure functions, no clock, no
// store.
//
// A feature has drifted when its PSI, less what chance alone gives for samples of these sizes, is
// over the contract's bound (default 0.2). A window has drifted when more than `share` of its
// features have, or the score has. Fewer rows than `window_min_rows` are not judged: "not enough
// data" is a verdict of its own and never means "ok". Why the correction:
// docs/decisions/0004-psi-without-chance.md.
#pragma once

#include <vector>

#include "data/stats/profile.h"
#include "monitoring/window_report.h"
#include "records/contract/contract.h"

namespace mooring::monitoring {

// Compares column by column what both profiles have on the same bins.
std::vector<FeatureDrift> Compare(const data::BatchProfile& reference,
                                  const data::BatchProfile& window, double psi_bound);

// Fills features, drifted_share, verdict and reason of a report whose rows are set.
void Judge(const data::BatchProfile& reference, const data::BatchProfile& window,
           const records::MonitorRule& rule, WindowReport& report);

}  // namespace mooring::monitoring
