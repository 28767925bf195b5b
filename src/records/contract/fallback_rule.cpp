#include "records/contract/fallback_rule.h"

#include <algorithm>
#include <array>

namespace mooring::records {
namespace {

constexpr std::array<std::string_view, 5> kCauses = {"killed", "exhausted", "quality", "invalid",
                                                     "unavailable"};

}  // namespace

std::string_view FallbackCauseName(FallbackCause cause) {
  return kCauses[static_cast<std::size_t>(cause)];
}

std::optional<FallbackCause> FallbackCauseOf(std::string_view name) {
  const auto found = std::ranges::find(kCauses, name);
  if (found == kCauses.end()) return std::nullopt;
  return static_cast<FallbackCause>(found - kCauses.begin());
}

}  // namespace mooring::records
