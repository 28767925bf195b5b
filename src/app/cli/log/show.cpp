#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/log/journal_directory.h"
#include "app/cli/log/records.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunShow(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const DecisionId id, DecisionId::Parse(args.positional(0)));
  ASSIGN_OR_RETURN(const std::string directory, JournalDirectory(context, "log show"));
  RecordRows rows({.outcomes = false, .refusals = false}, 1);
  rows.Only(id);
  RETURN_IF_ERROR(records::ReadDecision(*context.files, directory, id, rows));
  std::vector<FieldName> fields = RecordFields();
  for (FieldName& field : fields) field.in_table = true;
  Listing listing("mooring.record/1", std::move(fields));
  rows.TakeInto(listing);
  if (listing.rows.empty()) {
    return Error(Code::kNotFound, "no decision " + id.ToString());
  }
  listing.record = true;
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command LogShowCommand() {
  return {.name = "log show",
          .summary = "show one decision with its inputs and outputs, by its id",
          .examples = {{"mooring log show d1-57-4021", "as the answer named it"}},
          .arguments = {{.name = "ID", .summary = "of a decision"}},
          .flags = Join({LocalFlags(), OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
