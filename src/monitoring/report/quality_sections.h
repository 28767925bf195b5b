// Sections of the report page about how good decisions were: metrics with their intervals, over
// time, what is estimated until outcomes come, the gap between both, every class, the confusion
// matrix, slices and reliability. Thread safety: pure.
#pragma once

#include <string>

#include "monitoring/report/html_report.h"

namespace mooring::monitoring {

// HTML; input.quality must be there.
std::string QualitySections(const ReportInput& input);

}  // namespace mooring::monitoring
