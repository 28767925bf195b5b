#include "records/access/permissions.h"

#include <vector>

namespace mooring::records {
namespace {

TEST(Permissions, TheTableIsWhatTheDocumentSays) {
  // Columns in the order of Permission, without kNothing.
  const std::pair<Role, std::string_view> rows[] = {
      {Role::kViewer, "..x.........."},    {Role::kScorer, "xxx.........."},
      {Role::kOperator, ".xxx.xx..x..."},  {Role::kDeveloper, "xxxxx....x..."},
      {Role::kValidator, "..xx....xx..."}, {Role::kRiskOfficer, "..xx...xxxx.."},
      {Role::kAuditor, "..xx........x"},   {Role::kAdmin, "..x......x.x."},
  };
  ASSERT_EQ(std::size(rows), kRoles);
  for (const auto& [role, marks] : rows) {
    for (std::size_t i = 0; i + 1 < kPermissions; ++i) {
      const auto permission = static_cast<Permission>(i + 1);
      EXPECT_EQ(Allows(SetOf(role), permission), marks[i] == 'x')
          << RoleName(role) << " " << PermissionName(permission);
    }
    EXPECT_TRUE(Allows(SetOf(role), Permission::kReadMetadata)) << "a role sees its model";
  }
}

TEST(Permissions, NoRoleAllowsNothingButNothing) {
  for (std::size_t i = 0; i < kPermissions; ++i) {
    EXPECT_EQ(Allows(0, static_cast<Permission>(i)), i == 0);
    EXPECT_TRUE(Allows(kAllRoles, static_cast<Permission>(i)));
  }
}

TEST(Permissions, RolesAndNamesGoBothWays) {
  for (const RoleRow& row : kRoleTable) EXPECT_EQ(*ParseRole(row.name), row.role);
  for (const char* none : {"", "Admin", "admin ", "root", "owner"}) {
    EXPECT_EQ(ParseRole(none).error().code(), Code::kInvalidArgument) << none;
  }
  EXPECT_EQ(RoleNames(SetOf(Role::kAdmin) | SetOf(Role::kViewer)), "viewer,admin");
  EXPECT_EQ(RoleNames(0), "");
}

TEST(Permissions, NoTwoRolesTogetherLetOneMakeAndApproveOrAdministerAndPromote) {
  // Every pair of roles that CheckDuties lets through on one model.
  for (const RoleRow& one : kRoleTable) {
    for (const RoleRow& other : kRoleTable) {
      const Grant held[] = {{one.role, "m"}};
      if (!CheckDuties(held, {other.role, "m"}).ok()) continue;
      const RoleSet both = SetOf(one.role) | SetOf(other.role);
      const auto has = [&](Permission p) { return Allows(both, p); };
      EXPECT_FALSE(has(Permission::kRegister) && has(Permission::kApprove))
          << one.name << other.name;
      EXPECT_FALSE(has(Permission::kAdminister) && has(Permission::kPromote));
      EXPECT_FALSE(has(Permission::kAdminister) && has(Permission::kRelease));
      EXPECT_FALSE(has(Permission::kAdminister) && has(Permission::kAudit));
    }
  }
}

TEST(Permissions, DutiesAreSeparateWhereModelsMeet) {
  struct Case {
    Grant held, added;
    bool good;
  };
  const Case cases[] = {
      {{Role::kDeveloper, "a"}, {Role::kValidator, "a"}, false},
      {{Role::kDeveloper, "a"}, {Role::kValidator, "b"}, true},
      {{Role::kDeveloper, "*"}, {Role::kValidator, "b"}, false},
      {{Role::kDeveloper, "a"}, {Role::kValidator, "*"}, false},
      {{Role::kValidator, "a"}, {Role::kDeveloper, "a"}, false},
      {{Role::kRiskOfficer, "a"}, {Role::kDeveloper, "*"}, false},
      {{Role::kRiskOfficer, "a"}, {Role::kValidator, "a"}, true},
      {{Role::kAdmin, "a"}, {Role::kOperator, "b"}, false},
      {{Role::kAuditor, "*"}, {Role::kAdmin, "*"}, false},
      {{Role::kDeveloper, "a"}, {Role::kDeveloper, "a"}, true},
  };
  for (const Case& c : cases) {
    const Status status = CheckDuties({&c.held, 1}, c.added);
    EXPECT_EQ(status.ok(), c.good) << RoleName(c.held.role) << " " << RoleName(c.added.role);
    if (!c.good) {
      EXPECT_EQ(status.error().code(), Code::kFailedPrecondition);
    }
  }
  EXPECT_TRUE(CheckDuties({}, {Role::kAdmin, "*"}).ok());
}

}  // namespace
}  // namespace mooring::records
