#include "records/incidents/incident.h"

#include <array>

namespace mooring::records {

std::string_view AlertStateName(AlertState state) {
  static constexpr std::array<std::string_view, 4> kNames = {"inactive", "pending", "firing",
                                                             "resolved"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view SeverityName(Severity severity) {
  static constexpr std::array<std::string_view, 3> kNames = {"none", "warning", "critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view DeliveryStateName(DeliveryState state) {
  static constexpr std::array<std::string_view, 3> kNames = {"waiting", "delivered", "dead"};
  return kNames[static_cast<std::size_t>(state)];
}

bool Matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return true;
  if (!pattern.ends_with('*')) return pattern == text;
  pattern.remove_suffix(1);
  return text.starts_with(pattern);
}

bool Silence::Covers(const Cause& cause, Time now) const {
  return created <= now && now < until && Matches(model, cause.model) &&
         Matches(kind, cause.kind) && Matches(subject, cause.subject);
}

}  // namespace mooring::records
