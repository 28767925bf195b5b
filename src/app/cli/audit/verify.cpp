#include "app/cli/args.h"
#include "app/cli/audit/sources.h"
#include "app/cli/commands.h"
#include "app/cli/output/listing.h"
#include "base/text/json_writer.h"
#include "records/audit/check_log.h"
#include "records/audit/log_damage.h"
#include "records/audit/log_file.h"
#include "records/audit/proof.h"
#include "records/audit/signing_key.h"

namespace mooring::app::cli {
namespace {

using records::LogCheck;
using records::LogReport;

Result<std::optional<PublicKey>> GivenKey(Context& context, const Args& args) {
  if (!args.Has("key")) return std::optional<PublicKey>();
  ASSIGN_OR_RETURN(const PublicKey key, ReadKey(context, args.Text("key")));
  return std::optional(key);
}

Result<std::optional<records::TreeHead>> GivenHead(Context& context, const Args& args) {
  if (!args.Has("head")) return std::optional<records::TreeHead>();
  ASSIGN_OR_RETURN(records::TreeHead head, ReadHead(context, args.Text("head")));
  return std::optional(std::move(head));
}

// What was given; a log in its own directory is checked against its own heads and key as well.
Result<LogCheck> CheckOf(Context& context, const Args& args) {
  LogCheck check{.tree = args.Has("head")};
  ASSIGN_OR_RETURN(check.key, GivenKey(context, args));
  if (!args.Has("from")) {
    ASSIGN_OR_RETURN(const std::string directory, ControlDirectory(context, "audit verify"));
    ASSIGN_OR_RETURN(check.heads, ReadKeptHeads(context, directory));
    const std::string path = records::PublicKeyPath(directory);
    if (!check.key && context.files->Exists(path)) {
      ASSIGN_OR_RETURN(check.key, ReadKey(context, path));
    }
  }
  ASSIGN_OR_RETURN(const auto head, GivenHead(context, args));
  if (head) check.heads.push_back(*head);
  return check;
}

std::string ProblemsJson(const LogReport& report) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray();
  for (const records::LogProblem& problem : report.problems) {
    json.BeginObject().Member("entry", problem.entry).Member("byte", problem.offset);
    json.Member("what", problem.what).EndObject();
  }
  json.EndArray();
  return text;
}

// What a server or a command found before, and what stands behind the log since.
Status WarnOfDamage(Context& context) {
  ASSIGN_OR_RETURN(const std::string directory, ControlDirectory(context, "audit verify"));
  const Status noted = records::CheckDamageNote(*context.files, directory);
  if (noted.ok()) return Ok();
  context.Warn("changes are refused: " + noted.error().ToString());
  const std::string behind = records::ControlLogPath(records::AfterDamageDirectory(directory));
  if (context.files->Exists(behind)) {
    context.Hint("written since: mooring audit verify --from " + behind);
  }
  return Ok();
}

Result<ExitCode> VerifyLog(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const LogCheck check, CheckOf(context, args));
  ASSIGN_OR_RETURN(const auto log, OpenControlLog(context, args));
  const LogReport report = records::CheckLog(log->bytes(), check);
  Listing listing("mooring.audit_verify/1", {{"entries", "in the log"},
                                             {"bytes", "read"},
                                             {"heads", "that it was compared with"},
                                             {"chain", "value of the newest entry"},
                                             {"root", "of the Merkle tree", false},
                                             {"problems", "how many"},
                                             {"findings", "what does not fit", false}});
  listing.record = true;
  listing.Add({report.entries, report.bytes, std::uint64_t{check.heads.size()}, Hex(report.chain),
               report.root ? Cell(Hex(*report.root)) : Cell(), report.problems_found,
               RawJson{ProblemsJson(report)}});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  for (const records::LogProblem& problem : report.problems) {
    context.Warn("entry " + std::to_string(problem.entry) + " (byte " +
                 std::to_string(problem.offset) + "): " + problem.what);
  }
  if (!args.Has("from")) RETURN_IF_ERROR(WarnOfDamage(context));
  if (!args.Has("head")) {
    context.Hint("without --head from another place this does not show a log that was rewritten");
  }
  return report.problems.empty() ? ExitCode::kDone : ExitCode::kFindings;
}

Result<ExitCode> VerifyProof(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(context, args.Text("proof")));
  ASSIGN_OR_RETURN(const records::Proof proof, records::DecodeProof(text));
  ASSIGN_OR_RETURN(const auto key, GivenKey(context, args));
  ASSIGN_OR_RETURN(const auto head, GivenHead(context, args));
  const Status proved = records::CheckProof(proof, head, key);
  const auto* const one = std::get_if<records::InclusionProof>(&proof);
  const auto* const both = std::get_if<records::ConsistencyProof>(&proof);
  Listing listing("mooring.audit_proof/1", {{"proves", "inclusion or consistency"},
                                            {"holds", "whether it does"},
                                            {"size", "entries that the head covers"},
                                            {"signature", "checked, or not"},
                                            {"entry", "as the log has it"}});
  listing.record = true;
  listing.Add(
      {one != nullptr ? "inclusion" : "consistency", proved.ok(),
       one != nullptr ? one->head.size : both->after.size,
       key ? "checked" : "not checked: no --key",
       one != nullptr && Json::Parse(one->record).ok() ? Cell(RawJson{one->record}) : Cell()});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (!proved.ok()) context.Warn(proved.error().ToString());
  if (!args.Has("head") || !args.Has("key")) {
    context.Hint("a proof is worth what its head is: give --head and --key of your own");
  }
  return proved.ok() ? ExitCode::kDone : ExitCode::kFindings;
}

Result<ExitCode> RunVerify(Context& context, const Args& args) {
  return args.Has("proof") ? VerifyProof(context, args) : VerifyLog(context, args);
}

}  // namespace

Command AuditVerifyCommand() {
  return {
      .name = "audit verify",
      .summary = "whether the control log is as it was written; exits with 1 when it is not",
      .text =
          "Needs the log's file alone: copy it and verify it elsewhere. Every entry that was\n"
          "changed, removed, repeated or moved is found by the chain; entries cut off the end,\n"
          "and a log written wholly anew, against a signed head (mooring audit head) that was\n"
          "kept where the log's machine could not change it. Without such a head whoever is\n"
          "root on that machine can rewrite everything, and nothing here will show it.",
      .examples = {{"mooring audit verify", "the data directory's, with the heads it keeps"},
                   {"mooring audit verify --from log --head head.json --key signing.pub",
                    "a copy, against what an auditor keeps"},
                   {"mooring audit verify --proof proof.json --head head.json --key signing.pub",
                    "one entry, without the log"}},
      .flags = Join({HeadFlag("a signed head that you kept elsewhere"),
                     {{.name = "key",
                       .value = "FILE",
                       .summary = "public key (PEM) that signed the heads",
                       .completes = Completes::kFile},
                      {.name = "proof",
                       .value = "FILE",
                       .summary = "check a proof of 'audit prove' in place of a log",
                       .completes = Completes::kFile}},
                     FromFlag(),
                     LocalFlags(),
                     OutputFlags()}),
      .run = RunVerify};
}

}  // namespace mooring::app::cli
