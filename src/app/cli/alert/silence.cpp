#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

using control::DeskCall;

Result<ExitCode> ListSilences(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, {.what = DeskCall::What::kSilences}));
  Listing listing = SilenceListing();
  AddRows(listing, answer, "silences");
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (listing.rows.empty()) context.Hint("nothing is silenced");
  return ExitCode::kDone;
}

Result<ExitCode> RunSilence(Context& context, const Args& args) {
  if (args.flags().contains("list")) return ListSilences(context, args);
  DeskCall call{.what = DeskCall::What::kSilence};
  ASSIGN_OR_RETURN(call.author, AuthorOf(context, args));
  JsonWriter json(call.body);
  json.BeginObject().Member("author", call.author);
  for (const char* key : {"model", "kind", "subject", "for", "until", "reason"}) {
    if (args.Has(key)) json.Member(key, args.Text(key));
  }
  json.EndObject();
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  Listing listing = SilenceListing();
  listing.schema = "mooring.silence/1";
  listing.record = true;
  AddRow(listing, answer);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  context.Hint("undo: mooring alert unsilence " + MachineText(listing.rows[0][0]));
  return ExitCode::kDone;
}

}  // namespace

Command AlertSilenceCommand() {
  return {.name = "alert silence",
          .summary = "tell nobody of some causes for a while",
          .text =
              "Alerts and incidents go on; only telling is put off. What still fires when the "
              "silence ends\nis told then. A silence always has an end, at most 30 days away. "
              "Patterns may end in '*'.",
          .examples = {{"mooring alert silence --model flight-cover --for 2h --reason release",
                        "all of a model"},
                       {"mooring alert silence --list", "what is silenced now"}},
          .flags = Join({{{.name = "model",
                           .value = "PATTERN",
                           .summary = "of these models (default: all)",
                           .completes = Completes::kModel},
                          {.name = "kind",
                           .value = "PATTERN",
                           .summary = "of these causes, such as feature_drift (default: all)"},
                          {.name = "subject",
                           .value = "PATTERN",
                           .summary = "of these features or slices (default: all)"},
                          {.name = "for", .value = "TIME", .summary = "how long: 30m, 2h, 3d"},
                          {.name = "until", .value = "TIME", .summary = "or its end, RFC 3339"},
                          {.name = "reason", .value = "TEXT", .summary = "why"},
                          {.name = "list", .summary = "show what is silenced now"}},
                         AuthorFlag(),
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunSilence};
}

}  // namespace mooring::app::cli
