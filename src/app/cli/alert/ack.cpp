#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunAck(Context& context, const Args& args) {
  control::DeskCall look{.what = control::DeskCall::What::kAlert};
  ASSIGN_OR_RETURN(look.id, IdOf(args, 0, "ID"));
  ASSIGN_OR_RETURN(const Json alert, AskDesk(context, look));
  ASSIGN_OR_RETURN(const std::uint64_t incident, alert.GetUint("incident"));
  if (incident == 0) {
    return Error(Code::kFailedPrecondition, "alert " + args.positional(0) + " never fired")
        .Help("mooring alert show " + args.positional(0));
  }
  return Acknowledge(context, args, incident);
}

}  // namespace

Command AlertAckCommand() {
  return {.name = "alert ack",
          .summary = "say that you look at an alert's incident",
          .examples = {{"mooring alert ack 12 --note \"the feed was late\"", "with a note"}},
          .arguments = {{.name = "ID", .summary = "number of the alert"}},
          .flags = Join({AcknowledgeFlags(), StoreFlags(), OutputFlags()}),
          .run = RunAck};
}

}  // namespace mooring::app::cli
