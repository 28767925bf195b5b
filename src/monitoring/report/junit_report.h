// JunitReport: a window's judgement as JUnit XML for CI: one test case a feature, the score too,
// and one a finding that is not about a feature. A case fails when its feature drifted or its
// finding is an alert, with the evidence as text; a window without enough data is one skipped case
// beside them. Escaped for XML 1.0: characters it cannot hold become U+FFFD. Thread safety: pure.
#pragma once

#include <string>

#include "monitoring/quality/quality_report.h"
#include "monitoring/window_report.h"

namespace mooring::monitoring {

std::string JunitReport(const WindowReport& report);
std::string JunitReport(const QualityReport& report);
// Both suites in one document; either may be null.
std::string JunitReport(const WindowReport* drift, const QualityReport* quality);

}  // namespace mooring::monitoring
