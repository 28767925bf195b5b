#include "app/cli/args.h"
#include "app/cli/audit/sources.h"
#include "app/cli/commands.h"
#include "app/cli/store/open.h"
#include "records/audit/proof.h"

namespace mooring::app::cli {
namespace {

// --head, else one that is signed now over all there is.
Result<records::TreeHead> HeadFor(Context& context, const Args& args) {
  if (args.Has("head")) return ReadHead(context, args.Text("head"));
  RETURN_IF_ERROR(ControlDirectory(context, "audit prove"));
  return MakeControlLog(context)->SignHead();
}

Result<ExitCode> RunProve(Context& context, const Args& args) {
  const bool since = args.Has("since");
  if (since == (args.positionals() != 0)) {
    return Error(Code::kInvalidArgument, "prove what?")
        .Help(
            "an entry: mooring audit prove N; or that nothing before a head was changed: "
            "--since HEAD");
  }
  ASSIGN_OR_RETURN(const records::TreeHead head, HeadFor(context, args));
  ASSIGN_OR_RETURN(const auto log, OpenControlLog(context, args));
  if (since) {
    ASSIGN_OR_RETURN(const records::TreeHead before, ReadHead(context, args.Text("since")));
    ASSIGN_OR_RETURN(records::ConsistencyProof proof,
                     records::ProveConsistency(log->bytes(), before, head));
    RETURN_IF_ERROR(WriteOut(context, args, records::EncodeProof(std::move(proof))));
    return ExitCode::kDone;
  }
  ASSIGN_OR_RETURN(const std::uint64_t entry,
                   ParseNumber(args.positional(0), 0, ~std::uint64_t{0} >> 1, "N"));
  ASSIGN_OR_RETURN(records::InclusionProof proof,
                   records::ProveInclusion(log->bytes(), entry, head));
  RETURN_IF_ERROR(WriteOut(context, args, records::EncodeProof(std::move(proof))));
  return ExitCode::kDone;
}

}  // namespace

Command AuditProveCommand() {
  return {.name = "audit prove",
          .summary = "prove one entry, or that the log only grew since a head",
          .text =
              "Writes a proof that 'mooring audit verify --proof' checks with the head alone: an\n"
              "auditor sees one entry and no other.",
          .examples = {{"mooring audit prove 17 --head head.json --out proof.json",
                        "entry 17, for the auditor who has that head"},
                       {"mooring audit prove --since last-month.json --out grew.json",
                        "that last month's log is the beginning of today's"}},
          .arguments = {{.name = "N", .summary = "number of the entry", .required = false}},
          .flags = Join({{{.name = "since",
                           .value = "HEAD",
                           .summary = "file of an older head",
                           .completes = Completes::kFile}},
                         HeadFlag("prove against this head (default: signed now)"),
                         OutFileFlag(),
                         FromFlag(),
                         LocalFlags()}),
          .run = RunProve};
}

}  // namespace mooring::app::cli
