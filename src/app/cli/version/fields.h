// How a version is shown: the same fields in list, show and diff. Thread safety: pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/output/listing.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {

std::string_view StateName(
    records::VersionRecord::State state);  // "candidate", "refused", "archived"

std::vector<FieldName> VersionFields();
// One row of VersionFields. `aliases` are the model's.
std::vector<Cell> VersionRow(const records::VersionRecord& version,
                             const std::map<std::string, VersionNumber>& aliases);

}  // namespace mooring::app::cli
