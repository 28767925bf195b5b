// Sections of the report page about one window's drift: the window over time, the table of
// features, a card a feature with reference and current overlaid, what came in damaged, slices,
// pairs of features, and all features together. Thread safety: pure.
#pragma once

#include <string>

#include "monitoring/report/html_report.h"

namespace mooring::monitoring {

// HTML; input.drift must be there.
std::string DriftSections(const ReportInput& input);

// Column heads: "<th>feature</th><th class="n">PSI</th>"; a name that begins with '#' is of
// numbers.
std::string Heads(std::initializer_list<std::string_view> names);

}  // namespace mooring::monitoring
