#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunShow(Context& context, const Args& args) {
  const bool origin = args.Has("origin");
  std::vector<FieldName> fields = {{"key", "setting"}, {"value", "what it is now"}};
  if (origin) fields.push_back({"origin", "flag, variable, file:line:column or default"});
  Listing listing("mooring.config/1", fields);
  for (const Setting& setting : AllSettings()) {
    const SettingValue& value = context.settings.Value(setting.key);
    std::vector<Cell> row = {setting.key, value.text};
    if (origin) row.emplace_back(value.origin);
    listing.Add(std::move(row));
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command ConfigShowCommand() {
  return {.name = "config show",
          .summary = "print every setting as the program sees it",
          .examples = {{"mooring config show --origin", "and where each value comes from"}},
          .flags = Join({{{.name = "origin", .summary = "also say where each value comes from"}},
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
