#include "app/cli/commands.h"
#include "app/cli/store/acknowledge.h"
#include "app/cli/store/incidents.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunAck(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::uint64_t incident, IdOf(args, 0, "ID"));
  return Acknowledge(context, args, incident);
}

}  // namespace

Command IncidentAckCommand() {
  return {.name = "incident ack",
          .summary = "say that you look at an incident",
          .examples = {{"mooring incident ack 4", "so that others know"}},
          .arguments = {{.name = "ID", .summary = "number of the incident"}},
          .flags = Join({AcknowledgeFlags(), StoreFlags(), OutputFlags()}),
          .run = RunAck};
}

}  // namespace mooring::app::cli
