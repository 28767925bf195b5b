#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

std::string TextAt(const Json& json, std::string_view key) {
  const auto text = json.GetString(key);
  return text.ok() ? std::string(*text) : "";
}

// A page for a review: what, whose, when, and the timeline.
Result<std::string> Page(const Json& answer) {
  ASSIGN_OR_RETURN(const Json* incident, answer.Get("incident"));
  ASSIGN_OR_RETURN(const Json::Array* alerts, answer.GetArray("alerts"));
  ASSIGN_OR_RETURN(const Json::Array* timeline, answer.GetArray("timeline"));
  ASSIGN_OR_RETURN(const std::uint64_t id, incident->GetUint("id"));
  const std::string resolved = TextAt(*incident, "resolved");
  std::string page = "# Incident " + std::to_string(id) + ": " + TextAt(*incident, "summary") +
                     "\n\n- model: " + TextAt(*incident, "model") +
                     "\n- severity: " + TextAt(*incident, "severity") +
                     "\n- opened: " + TextAt(*incident, "opened") +
                     "\n- resolved: " + (resolved.empty() ? "no" : resolved) + "\n";
  if (const Json* owner = incident->Find("owner")) {
    page += "- owner: " + TextAt(*owner, "team") + " " + TextAt(*owner, "person") + "\n";
  }
  page += "\n## Alerts\n\n";
  for (const Json& alert : *alerts) {
    page += "- " + TextAt(alert, "severity") + ": " + TextAt(alert, "what") + ", since " +
            TextAt(alert, "since") + " (" + TextAt(alert, "sureness") + ")\n";
  }
  page += "\n## Timeline\n\n";
  for (const Json& fact : *timeline) {
    page += "- " + TextAt(fact, "at") + " " + TextAt(fact, "who") + ": " + TextAt(fact, "what") +
            (TextAt(fact, "text").empty() ? "" : ": " + TextAt(fact, "text")) + "\n";
  }
  return page;
}

Result<ExitCode> RunExport(Context& context, const Args& args) {
  control::DeskCall call{.what = control::DeskCall::What::kIncident};
  ASSIGN_OR_RETURN(call.id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(const Json answer, AskDesk(context, call));
  ASSIGN_OR_RETURN(const std::string page, Page(answer));
  if (!args.Has("out")) {
    context.Print(page);
    return ExitCode::kDone;
  }
  RETURN_IF_ERROR(context.files->WriteFileDurably(args.Text("out"), AsBytes(page)));
  context.Hint("wrote " + args.Text("out"));
  return ExitCode::kDone;
}

}  // namespace

Command IncidentExportCommand() {
  return {.name = "incident export",
          .summary = "one incident as a Markdown page, for a review",
          .examples = {{"mooring incident export 4 --out incident-4.md", "into a file"}},
          .arguments = {{.name = "ID", .summary = "number of the incident"}},
          .flags = Join({{{.name = "out",
                           .value = "FILE",
                           .summary = "write here instead of stdout",
                           .completes = Completes::kFile}},
                         StoreFlags()}),
          .run = RunExport};
}

}  // namespace mooring::app::cli
