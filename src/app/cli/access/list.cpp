#include "app/cli/commands.h"
#include "app/cli/store/access.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunList(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenAccess(context, "access list"));
  ASSIGN_OR_RETURN(const records::AccessFacts facts, store->Facts());
  Listing listing("mooring.grants/1", {{"principal", "who"},
                                       {"role", "what they are"},
                                       {"model", "over which model; *: every one"},
                                       {"author", "who gave it"},
                                       {"created", "when"}});
  for (const records::GrantRecord& record : facts.grants) {
    const bool asked = args.positionals() == 0 || record.principal == args.positional(0);
    if (!asked || (args.Has("model") && record.grant.model != args.Text("model") &&
                   record.grant.model != records::kEveryModel)) {
      continue;
    }
    listing.Add({record.principal, records::RoleName(record.grant.role), record.grant.model,
                 record.author, record.created});
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (listing.rows.empty()) context.Hint("no grant");
  return ExitCode::kDone;
}

}  // namespace

Command AccessListCommand() {
  return {.name = "access list",
          .summary = "who is what, over which models",
          .examples = {{"mooring access list --model flight-cover", "who may touch one model"}},
          .arguments = {{.name = "PRINCIPAL", .summary = "of one only", .required = false}},
          .flags = Join({{{.name = "model",
                           .value = "MODEL",
                           .summary = "what concerns one model",
                           .completes = Completes::kModel}},
                         LocalFlags(),
                         OutputFlags()}),
          .run = RunList};
}

}  // namespace mooring::app::cli
