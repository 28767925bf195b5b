#include "app/cli/store/acknowledge.h"

#include "app/cli/store/incidents.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {

std::vector<Flag> AuthorFlag() {
  return {{.name = "author",
           .value = "NAME",
           .summary = "who does it (default: the system's user)",
           .setting = "author"}};
}

std::vector<Flag> AcknowledgeFlags() {
  return Join(
      {{{.name = "note", .value = "TEXT", .summary = "what is known so far"}}, AuthorFlag()});
}

Result<ExitCode> Acknowledge(Context& context, const Args& args, std::uint64_t incident) {
  control::DeskCall call{.what = control::DeskCall::What::kAcknowledge, .id = incident};
  ASSIGN_OR_RETURN(call.author, AuthorOf(context, args));
  JsonWriter json(call.body);
  json.BeginObject().Member("author", call.author);
  if (args.Has("note")) json.Member("note", args.Text("note"));
  json.EndObject();
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  Listing listing = IncidentListing();
  listing.schema = "mooring.incident/1";
  listing.record = true;
  AddRow(listing, answer);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  context.Hint("silence what you know: mooring alert silence --for 2h --reason TEXT");
  return ExitCode::kDone;
}

}  // namespace mooring::app::cli
