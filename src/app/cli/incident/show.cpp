#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunShow(Context& context, const Args& args) {
  control::DeskCall call{.what = control::DeskCall::What::kIncident};
  ASSIGN_OR_RETURN(call.id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  ASSIGN_OR_RETURN(const Json* incident, answer.Get("incident"));
  const std::string part = args.Text("part", "timeline");
  Listing listing = part == "alerts" ? AlertListing() : FactListing();
  AddRows(listing, answer, part);
  // People see whose it is first; a machine gets one list, whole.
  for (const char* key : {"summary", "state", "severity", "opened", "resolved"}) {
    const auto text = incident->GetString(key);
    if (text.ok() && !text->empty()) context.Hint(std::string(key) + ": " + std::string(*text));
  }
  if (const Json* owner = incident->Find("owner")) {
    const auto team = owner->GetString("team"), person = owner->GetString("person");
    if (team.ok() && person.ok()) {
      context.Hint("owner: " + std::string(*team) + " " + std::string(*person));
    }
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command IncidentShowCommand() {
  return {.name = "incident show",
          .summary = "one incident: its timeline, or its alerts",
          .examples = {{"mooring incident show 4", "what happened when"},
                       {"mooring incident show 4 --part alerts", "what is or was wrong"}},
          .arguments = {{.name = "ID", .summary = "number of the incident"}},
          .flags = Join({{{.name = "part",
                           .value = "PART",
                           .summary = "timeline (default) or alerts",
                           .choices = {"timeline", "alerts"}}},
                         StoreFlags(),
                         OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
