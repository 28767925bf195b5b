#include "api/access.h"

#include "base/ids.h"

namespace mooring::api {

using records::Permission;
using records::Principal;

Error NoSuchModel(std::string_view model) {
  return Error(Code::kNotFound, "no model '" + std::string(model) + "'");
}

Status CheckNeed(const Call& call, Need need) {
  const Principal& principal = *call.principal;
  const auto denied = [&] {
    return Error(Code::kPermissionDenied, "you may not do this")
        .Why("it takes the permission " + std::string(records::PermissionName(need.permission)))
        .Help("ask whoever administers this server for a role that has it");
  };
  switch (need.over) {
    case Over::kSome: return principal.MaySomewhere(need.permission) ? Ok() : Status(denied());
    case Over::kEvery: return principal.MayEverywhere(need.permission) ? Ok() : Status(denied());
    case Over::kModel: break;
  }
  const std::string_view model = call.parameters[0];
  RETURN_IF_ERROR(ValidateName("model", model));
  if (principal.May(need.permission, model)) return Ok();
  return principal.Sees(model) ? denied() : NoSuchModel(model);
}

bool IsAdministration(Permission permission) {
  switch (permission) {
    case Permission::kNothing:
    case Permission::kPredict:
    case Permission::kReport:
    case Permission::kReadMetadata:
    case Permission::kReadLog:
    case Permission::kAudit: return false;
    default: return true;
  }
}

}  // namespace mooring::api
