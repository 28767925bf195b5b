#include "control/incidents/departure.h"

#include <fmt/format.h>

namespace mooring::control {
namespace {

constexpr std::string_view kChampion = "champion";

std::string TextOf(const records::AliasChange& change) {
  const std::string next =
      change.to == 0 ? "; nothing serves" : fmt::format(" for version {}", change.to);
  const std::string why = change.reason.empty() ? "" : ": " + change.reason;
  return fmt::format("version {} left service{} ({}{})", change.from, next, change.author, why);
}

}  // namespace

std::optional<Departure> DepartureOf(std::span<const records::AliasChange> history,
                                     VersionNumber version) {
  const records::AliasChange* left = nullptr;
  for (const records::AliasChange& change : history) {
    if (change.alias != kChampion) continue;
    if (change.from == version && change.to != version) left = &change;
    if (change.to == version) left = nullptr;
  }
  if (left == nullptr) return std::nullopt;
  return Departure{left->at, TextOf(*left)};
}

LeftService LeftServiceOf(records::Registry& registry) {
  return [&registry](std::string_view model,
                     VersionNumber version) -> Result<std::optional<Departure>> {
    const auto history = registry.AliasHistory(model);
    if (history.ok()) return DepartureOf(*history, version);
    if (history.error().code() == Code::kNotFound) return std::optional<Departure>();
    return history.error();
  };
}

}  // namespace mooring::control
