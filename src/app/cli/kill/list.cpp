#include "app/cli/commands.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/incidents.h"
#include "app/cli/store/limits.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunList(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const Json answer, ApiClient(context).Get("/api/v1/kills"));
  Listing listing = KillListing();
  AddRows(listing, answer, "kills");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (listing.rows.empty()) context.Hint("nothing is stopped");
  return ExitCode::kDone;
}

}  // namespace

Command KillListCommand() {
  return {.name = "kill list",
          .summary = "what is stopped, since when and why",
          .examples = {{"mooring kill list", "of this machine's own server"}},
          .flags = Join({{{.name = "server",
                           .value = "URL",
                           .summary = "the server to ask (default: this machine's own)",
                           .setting = "server"}},
                         OutputFlags()}),
          .run = RunList};
}

}  // namespace mooring::app::cli
