#include "app/cli/apply/yaml_changes.h"
#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/store/change.h"
#include "app/cli/store/open.h"
#include "app/cli/version/fields.h"

namespace mooring::app::cli {
namespace {

// Fields that differ between any two versions and say nothing.
bool SaysNothing(const std::string& field) {
  return field == "version" || field == "created" || field == "aliases" || field == "model";
}

// JSON is YAML: nested values are compared leaf by leaf.
void AddNested(const std::string& field, const std::string& a, const std::string& b,
               Listing& listing) {
  for (YamlChange& change : YamlChanges(a, b)) {
    const std::string path = change.path.empty() ? field : field + "." + change.path;
    listing.Add({path, change.added ? Cell() : Cell(std::move(change.from)),
                 change.removed ? Cell() : Cell(std::move(change.to))});
  }
}

Result<ExitCode> RunDiff(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  const std::string& model = args.positional(0);
  ASSIGN_OR_RETURN(const auto a, FindVersion(*store, model, args.positional(1)));
  ASSIGN_OR_RETURN(const auto b, FindVersion(*store, model, args.positional(2)));
  const std::vector<FieldName> fields = VersionFields();
  const std::vector<Cell> left = VersionRow(a, {});
  const std::vector<Cell> right = VersionRow(b, {});
  Listing listing(
      "mooring.version_diff/1",
      {{"field", "what differs"}, {"a", "in the first version"}, {"b", "in the second version"}});
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string one = MachineText(left[i]), two = MachineText(right[i]);
    if (SaysNothing(fields[i].name) || one == two) continue;
    if (std::holds_alternative<RawJson>(left[i].value)) {
      AddNested(fields[i].name, one, two, listing);
    } else {
      listing.Add({fields[i].name, one, two});
    }
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (!listing.rows.empty()) return ExitCode::kFindings;
  context.Hint("versions " + VersionText(a.number) + " and " + VersionText(b.number) +
               " differ in nothing");
  return ExitCode::kDone;
}

}  // namespace

Command VersionDiffCommand() {
  return {
      .name = "version diff",
      .summary = "what differs between two versions; exits with 1 when anything does",
      .examples = {{"mooring version diff flight-cover champion 3", "before promoting 3"}},
      .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel},
                    {.name = "A", .summary = "number or alias", .completes = Completes::kVersion},
                    {.name = "B", .summary = "number or alias", .completes = Completes::kVersion}},
      .flags = Join({StoreFlags(), OutputFlags()}),
      .run = RunDiff};
}

}  // namespace mooring::app::cli
