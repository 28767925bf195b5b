#include "records/access/principal.h"

#include <algorithm>

#include "base/limits.h"

namespace mooring::records {

Principal::Principal(std::string name, std::span<const Grant> grants,
                     std::shared_ptr<CallerBudget> budget)
    : name_(std::move(name)), budget_(std::move(budget)) {
  for (const Grant& grant : grants) {
    somewhere_ |= SetOf(grant.role);
    if (grant.model == kEveryModel) {
      everywhere_ |= SetOf(grant.role);
      continue;
    }
    const auto at = std::lower_bound(
        models_.begin(), models_.end(), grant.model,
        [](const auto& entry, const std::string& model) { return entry.first < model; });
    if (at != models_.end() && at->first == grant.model) {
      at->second |= SetOf(grant.role);
    } else {
      models_.emplace(at, grant.model, SetOf(grant.role));
    }
  }
}

std::shared_ptr<const Principal> Principal::Local() {
  static const std::shared_ptr<const Principal> local = [] {
    std::vector<Grant> all;
    for (const RoleRow& row : kRoleTable) all.push_back({row.role, std::string(kEveryModel)});
    return std::make_shared<const Principal>("", all);
  }();
  return local;
}

RoleSet Principal::RolesOn(std::string_view model) const {
  const auto at = std::lower_bound(
      models_.begin(), models_.end(), model,
      [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  const bool found = at != models_.end() && at->first == model;
  return static_cast<RoleSet>(everywhere_ | (found ? at->second : 0));
}

Status ValidatePrincipalName(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto fits = [&](char c) {
    return plain(c) || std::string_view("_.@:/|+-").find(c) != std::string_view::npos;
  };
  if (!name.empty() && name.size() <= limits::kNameBytes && plain(name.front()) &&
      std::all_of(name.begin(), name.end(), fits)) {
    return Ok();
  }
  return Error(Code::kInvalidArgument, "a principal's name is 1 to 128 of A-Z a-z 0-9 _.@:/|+-")
      .Why("it begins with a letter or digit");
}

}  // namespace mooring::records
