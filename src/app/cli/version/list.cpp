#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/store/open.h"
#include "app/cli/version/fields.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunList(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  const std::string& model = args.positional(0);
  ASSIGN_OR_RETURN(const auto versions, store->Versions(model));
  ASSIGN_OR_RETURN(const auto aliases, store->Aliases(model));
  Listing listing("mooring.versions/1", VersionFields());
  for (const records::VersionRecord& version : versions) {
    listing.Add(VersionRow(version, aliases));
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (versions.empty()) {
    context.Hint("no versions yet: mooring version register " + model + " MODEL_FILE");
  }
  return ExitCode::kDone;
}

}  // namespace

Command VersionListCommand() {
  return {.name = "version list",
          .summary = "list the versions of a model",
          .examples = {{"mooring version list flight-cover", "newest last"}},
          .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunList};
}

}  // namespace mooring::app::cli
