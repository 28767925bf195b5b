#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunShow(Context& context, const Args& args) {
  control::DeskCall call{.what = control::DeskCall::What::kAlert};
  ASSIGN_OR_RETURN(call.id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  Listing listing = AlertListing();
  for (FieldName& field : listing.fields) field.in_table = true;
  listing.schema = "mooring.alert/1";
  listing.record = true;
  AddRow(listing, answer);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command AlertShowCommand() {
  return {.name = "alert show",
          .summary = "one alert: what, since when, how sure, what it may cost, what helps",
          .examples = {{"mooring alert show 12", "everything that is known of it"}},
          .arguments = {{.name = "ID", .summary = "number of the alert"}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
