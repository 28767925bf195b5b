// Who may do what: permissions, roles, and the one table that joins them (docs/SECURITY.md shows
// it). Duties says which roles one person must not hold together.
//
//   Allows(roles, Permission::kPromote)
//
// Everything is denied that the table does not allow. Thread safety: constant data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::records {

enum class Permission : std::uint8_t {
  kNothing,       // what a server tells anybody: that it lives
  kPredict,       // ask for decisions
  kReport,        // tell what became of decisions: outcomes, profiles of rows elsewhere
  kReadMetadata,  // models, versions, verdicts, alerts, metrics
  kReadLog,       // the journal: inputs and outputs of every decision
  kRegister,      // contracts and versions
  kPromote,       // which version answers
  kRespond,       // acknowledge, note, silence
  kSetLimits,
  kApprove,     // the second pair of eyes
  kKill,        // stop; given widely
  kRelease,     // go on after a stop; given narrowly
  kAdminister,  // principals, tokens, grants
  kAudit,       // the control log
};
inline constexpr std::size_t kPermissions = 14;

enum class Role : std::uint8_t {
  kViewer,
  kScorer,
  kOperator,
  kDeveloper,
  kValidator,
  kRiskOfficer,
  kAuditor,
  kAdmin,
};
inline constexpr std::size_t kRoles = 8;

// Sets as bits, for the hot path.
using RoleSet = std::uint16_t;
using PermissionSet = std::uint32_t;
constexpr RoleSet SetOf(Role role) {
  return static_cast<RoleSet>(1U << static_cast<unsigned>(role));
}
constexpr PermissionSet SetOf(Permission permission) {
  return 1U << static_cast<unsigned>(permission);
}
inline constexpr RoleSet kAllRoles = (1U << kRoles) - 1;

struct RoleRow {
  Role role;
  std::string_view name, summary;
  PermissionSet may;
};

constexpr PermissionSet Set(std::initializer_list<Permission> permissions) {
  PermissionSet set = 0;
  for (const Permission each : permissions) set |= SetOf(each);
  return set;
}

// The table. An admin gives rights and has none over models; an auditor reads all, changes nothing.
inline constexpr std::array<RoleRow, kRoles> kRoleTable = {{
    {Role::kViewer, "viewer", "sees models, verdicts, alerts and metrics",
     Set({Permission::kReadMetadata})},
    {Role::kScorer, "scorer", "asks for decisions and tells their outcomes",
     Set({Permission::kPredict, Permission::kReport, Permission::kReadMetadata})},
    {Role::kOperator, "operator", "moves traffic, answers alerts, stops",
     Set({Permission::kReadMetadata, Permission::kReadLog, Permission::kReport,
          Permission::kPromote, Permission::kRespond, Permission::kKill})},
    {Role::kDeveloper, "developer", "makes versions",
     Set({Permission::kPredict, Permission::kReport, Permission::kReadMetadata,
          Permission::kReadLog, Permission::kRegister, Permission::kKill})},
    {Role::kValidator, "validator", "checks and approves what developers made",
     Set({Permission::kReadMetadata, Permission::kReadLog, Permission::kApprove,
          Permission::kKill})},
    {Role::kRiskOfficer, "risk_officer", "sets limits, stops and lets go on",
     Set({Permission::kReadMetadata, Permission::kReadLog, Permission::kSetLimits,
          Permission::kApprove, Permission::kKill, Permission::kRelease})},
    {Role::kAuditor, "auditor", "reads everything, changes nothing",
     Set({Permission::kReadMetadata, Permission::kReadLog, Permission::kAudit})},
    {Role::kAdmin, "admin", "gives and takes tokens and roles",
     Set({Permission::kReadMetadata, Permission::kKill, Permission::kAdminister})},
}};

// What any of the roles allows.
constexpr PermissionSet PermissionsOf(RoleSet roles) {
  PermissionSet may = SetOf(Permission::kNothing);
  for (const RoleRow& row : kRoleTable) {
    if ((roles & SetOf(row.role)) != 0) may |= row.may;
  }
  return may;
}
constexpr bool Allows(RoleSet roles, Permission permission) {
  return (PermissionsOf(roles) & SetOf(permission)) != 0;
}

std::string_view RoleName(Role role);
std::string_view PermissionName(Permission permission);
// kInvalidArgument names the roles that there are.
Result<Role> ParseRole(std::string_view name);
// "scorer,viewer"
std::string RoleNames(RoleSet roles);

// Roles that nobody holds together: over one model, or, where `anywhere`, at all.
struct Duty {
  Role one, other;
  bool anywhere;
  std::string_view why;
};
std::span<const Duty> Duties();

// One role over one model; "*" is every model, those to come too.
struct Grant {
  Role role = Role::kViewer;
  std::string model;
  bool operator==(const Grant&) const = default;
};
inline constexpr std::string_view kEveryModel = "*";

// kFailedPrecondition when `added` may not stand beside what is held already.
Status CheckDuties(std::span<const Grant> held, const Grant& added);

}  // namespace mooring::records
