#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunUnsilence(Context& context, const Args& args) {
  control::DeskCall call{.what = control::DeskCall::What::kEndSilence};
  ASSIGN_OR_RETURN(call.id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(call.author, AuthorOf(context, args));
  JsonWriter(call.body).BeginObject().Member("author", call.author).EndObject();
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  Listing listing = SilenceListing();
  listing.schema = "mooring.silence/1";
  listing.record = true;
  AddRow(listing, answer);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command AlertUnsilenceCommand() {
  return {.name = "alert unsilence",
          .summary = "end a silence now; what fires meanwhile is told",
          .examples = {{"mooring alert unsilence 3", "by the number that silence gave"}},
          .arguments = {{.name = "ID", .summary = "number of the silence"}},
          .flags = Join({AuthorFlag(), StoreFlags(), OutputFlags()}),
          .run = RunUnsilence};
}

}  // namespace mooring::app::cli
