// Listings of a scored window: its metrics, its classes, its confusion matrix, its slices.
// Thread safety: pure.
#pragma once

#include <string_view>

#include "app/cli/output/listing.h"
#include "monitoring/quality/quality_report.h"

namespace mooring::app::cli {

// By name: "metrics", "classes", "confusion", "slices".
Result<Listing> QualityListing(const monitoring::QualityReport& report, std::string_view part);

}  // namespace mooring::app::cli
