#include "records/access/permissions.h"

namespace mooring::records {
namespace {

constexpr std::array<std::string_view, kPermissions> kPermissionNames = {
    "nothing", "predict",    "report",  "read_metadata", "read_log", "register",   "promote",
    "respond", "set_limits", "approve", "kill",          "release",  "administer", "audit"};

constexpr bool TableIsInOrder() {
  for (std::size_t i = 0; i < kRoles; ++i) {
    if (static_cast<std::size_t>(kRoleTable[i].role) != i) return false;
  }
  return true;
}
static_assert(TableIsInOrder(), "RoleName finds a row by its place");
static_assert(!Allows(SetOf(Role::kAdmin), Permission::kPromote));
static_assert(!Allows(SetOf(Role::kAdmin), Permission::kReadLog));

constexpr Duty kDuties[] = {
    {Role::kDeveloper, Role::kValidator, false, "who made a version does not approve it"},
    {Role::kDeveloper, Role::kRiskOfficer, false, "who made a version does not set its limits"},
    {Role::kAdmin, Role::kOperator, true, "who gives rights does not move traffic"},
    {Role::kAdmin, Role::kRiskOfficer, true, "who gives rights does not release what was stopped"},
    {Role::kAdmin, Role::kAuditor, true, "who is audited does not audit"},
};

bool Overlap(const std::string& one, const std::string& other) {
  return one == other || one == kEveryModel || other == kEveryModel;
}

}  // namespace

std::string_view RoleName(Role role) { return kRoleTable[static_cast<std::size_t>(role)].name; }

std::string_view PermissionName(Permission permission) {
  return kPermissionNames[static_cast<std::size_t>(permission)];
}

Result<Role> ParseRole(std::string_view name) {
  std::string known;
  for (const RoleRow& row : kRoleTable) {
    if (row.name == name) return row.role;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  return Error(Code::kInvalidArgument, "'" + std::string(name.substr(0, 40)) + "' is no role")
      .Why("roles: " + known);
}

std::string RoleNames(RoleSet roles) {
  std::string names;
  for (const RoleRow& row : kRoleTable) {
    if ((roles & SetOf(row.role)) == 0) continue;
    names += (names.empty() ? "" : ",") + std::string(row.name);
  }
  return names;
}

std::span<const Duty> Duties() { return kDuties; }

Status CheckDuties(std::span<const Grant> held, const Grant& added) {
  for (const Grant& grant : held) {
    for (const Duty& duty : kDuties) {
      const bool clash = (grant.role == duty.one && added.role == duty.other) ||
                         (grant.role == duty.other && added.role == duty.one);
      if (!clash || (!duty.anywhere && !Overlap(grant.model, added.model))) continue;
      return Error(Code::kFailedPrecondition, "nobody is " + std::string(RoleName(grant.role)) +
                                                  " and " + std::string(RoleName(added.role)) +
                                                  (duty.anywhere ? "" : " of one model"))
          .Why(std::string(duty.why) + "; " + std::string(RoleName(grant.role)) + " of '" +
               grant.model + "' is held already")
          .Help("give the role to somebody else, or take the other one away first");
    }
  }
  return Ok();
}

}  // namespace mooring::records
