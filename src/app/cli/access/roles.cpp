#include "app/cli/commands.h"
#include "app/cli/output/listing.h"
#include "records/access/permissions.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunRoles(Context& context, const Args& args) {
  Listing listing("mooring.roles/1",
                  {{"role", "name"}, {"summary", "what it is for"}, {"may", "its permissions"}});
  for (const records::RoleRow& row : records::kRoleTable) {
    std::string may;
    for (std::size_t i = 1; i < records::kPermissions; ++i) {
      const auto permission = static_cast<records::Permission>(i);
      if ((row.may & records::SetOf(permission)) == 0) continue;
      may += (may.empty() ? "" : ",") + std::string(records::PermissionName(permission));
    }
    listing.Add({row.name, row.summary, may});
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command AccessRolesCommand() {
  return {.name = "access roles",
          .summary = "the roles that there are, and what each may",
          .examples = {{"mooring access roles", "as a table"}},
          .flags = OutputFlags(),
          .run = RunRoles};
}

}  // namespace mooring::app::cli
