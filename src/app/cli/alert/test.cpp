#include "app/cli/commands.h"
#include "app/cli/store/incidents.h"
#include "control/delivery/alerts_file.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunTest(Context& context, const Args& args) {
  const std::string& file = context.settings.Text("alerts");
  if (file.empty()) {
    return Error(Code::kInvalidArgument, "which file says whom alerts are told to?")
        .Help("mooring alert test " + args.positional(0) + " --alerts alerts.yaml");
  }
  ASSIGN_OR_RETURN(const control::AlertsConfig config,
                   control::ReadAlertsFile(*context.files, file));
  std::string names;
  for (const control::SinkConfig& each : config.sinks) {
    names += (names.empty() ? "" : ", ") + each.audience.sink;
    if (each.audience.sink != args.positional(0)) continue;
    const auto sink = control::MakeSink(each, {context.transport, context.clock, context.programs});
    const control::SinkAnswer answer =
        sink->Send(control::TestNotification(sink->name(), context.clock->Now()));
    Listing listing("mooring.sink_test/1", {{"sink", "name"},
                                            {"kind", "webhook, alertmanager or command"},
                                            {"delivered", "whether it took the notification"},
                                            {"answer", "what it said"}});
    listing.record = true;
    listing.Add({sink->name(), control::SinkKindName(each.kind), answer.delivered, answer.text});
    RETURN_IF_ERROR(PrintListing(context, args, listing));
    return answer.delivered ? ExitCode::kDone : ExitCode::kFindings;
  }
  return Error(Code::kNotFound, "no sink '" + args.positional(0) + "' in " + file)
      .Why("sinks there: " + (names.empty() ? "none" : names));
}

}  // namespace

Command AlertTestCommand() {
  return {.name = "alert test",
          .summary = "send a test notification to a sink and show its answer; exits with 1 on a no",
          .examples = {{"mooring alert test pager --alerts alerts.yaml", "does it arrive?"}},
          .arguments = {{.name = "SINK", .summary = "name in the alerts file"}},
          .flags = Join({{{.name = "alerts",
                           .value = "FILE",
                           .summary = "YAML file of whom alerts are told to",
                           .setting = "alerts",
                           .completes = Completes::kFile}},
                         OutputFlags()}),
          .run = RunTest};
}

}  // namespace mooring::app::cli
