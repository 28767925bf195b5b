#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/store/change.h"
#include "app/cli/store/open.h"
#include "app/cli/version/fields.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunShow(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  const std::string& model = args.positional(0);
  ASSIGN_OR_RETURN(const auto version, FindVersion(*store, model, args.positional(1)));
  ASSIGN_OR_RETURN(const auto aliases, store->Aliases(model));
  std::vector<FieldName> fields = VersionFields();
  for (FieldName& field : fields) field.in_table = true;
  Listing listing("mooring.version/1", std::move(fields));
  listing.record = true;
  listing.Add(VersionRow(version, aliases));
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command VersionShowCommand() {
  return {.name = "version show",
          .summary = "show one version with all that is known of it",
          .examples = {{"mooring version show flight-cover 2", "by number"},
                       {"mooring version show flight-cover champion", "by alias"}},
          .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel},
                        {.name = "VERSION",
                         .summary = "number or alias",
                         .completes = Completes::kVersion}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
