// The catalogue's tables, one step of the registry's schema (registry/schema.h): they share its
// file and its transactions. docs/formats/registry.md explains them. Thread safety: constant data.
#pragma once

#include <string_view>

namespace mooring::records {

// Models and versions that are there already get their cards.
extern const std::string_view kCatalogueStep;
// Versions are found by the logged model that they were registered from.
extern const std::string_view kLoggedModelStep;

}  // namespace mooring::records
