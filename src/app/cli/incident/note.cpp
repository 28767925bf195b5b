#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunNote(Context& context, const Args& args) {
  control::DeskCall call{.what = control::DeskCall::What::kNote};
  ASSIGN_OR_RETURN(call.id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(call.author, AuthorOf(context, args));
  JsonWriter json(call.body);
  json.BeginObject().Member("author", call.author).Member("text", args.positional(1)).EndObject();
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  Listing listing = FactListing();
  listing.schema = "mooring.fact/1";
  listing.record = true;
  AddRow(listing, answer);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command IncidentNoteCommand() {
  return {
      .name = "incident note",
      .summary = "write a fact into an incident's timeline",
      .examples = {{"mooring incident note 4 \"the feed was late\"", "for those who come after"}},
      .arguments = {{.name = "ID", .summary = "number of the incident"},
                    {.name = "TEXT", .summary = "what happened"}},
      .flags = Join({AuthorFlag(), StoreFlags(), OutputFlags()}),
      .run = RunNote};
}

}  // namespace mooring::app::cli
