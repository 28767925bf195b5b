#include "app/cli/args.h"
#include "app/cli/audit/sources.h"
#include "app/cli/commands.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunHead(Context& context, const Args& args) {
  RETURN_IF_ERROR(ControlDirectory(context, "audit head"));
  ASSIGN_OR_RETURN(const records::TreeHead head, MakeControlLog(context)->SignHead());
  RETURN_IF_ERROR(WriteOut(context, args, records::EncodeHead(head) + "\n"));
  context.Hint("keep it where this machine cannot change it: another host, a mailbox, paper");
  return ExitCode::kDone;
}

}  // namespace

Command AuditHeadCommand() {
  return {
      .name = "audit head",
      .summary = "sign what the control log is now, in one line to be kept elsewhere",
      .text =
          "A head shows later that nothing before it was changed or cut off, to those who kept\n"
          "it out of the reach of this machine. Beside the log alone it shows nothing against\n"
          "root, who has the key too. The public key is control/signing.pub in the data\n"
          "directory; give it to the auditor once.",
      .examples = {{"mooring audit head --out head.json", "into a file"},
                   {"mooring audit head -q | logger -t mooring-head", "to the system's log"}},
      .flags = Join({OutFileFlag(), LocalFlags()}),
      .run = RunHead};
}

}  // namespace mooring::app::cli
