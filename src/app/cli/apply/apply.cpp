#include "app/cli/apply/yaml_changes.h"
#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/change.h"
#include "app/cli/store/open.h"
#include "base/limits.h"
#include "records/contract/business_sql.h"
#include "records/contract/contract.h"

namespace mooring::app::cli {
namespace {

// What is allowed and yet worth a second thought.
void WarnAbout(Context& context, const records::Contract& contract) {
  if (contract.fallback.empty()) {
    context.Warn("no fallback: when the model cannot answer, callers are denied");
  }
  if (contract.owner.escalation.empty()) {
    context.Warn("owner.escalation is empty: nobody is called at night");
  }
  for (const std::string& key : contract.not_enforced) {
    context.Warn("'" + key + "' is not enforced yet");
  }
  if (contract.inputs.empty()) {
    context.Warn("no inputs: types come from the model's signature, and no ranges are checked");
  }
}

// The text that is in force; "" for a new model.
Result<std::string> TextInForce(records::Registry& store, const std::string& model) {
  auto record = store.Model(model);
  if (!record.ok() && record.error().code() == Code::kNotFound) return std::string();
  if (!record.ok()) return std::move(record).error();
  if (record->contract_hash.empty()) return std::string();
  return store.ContractText(record->contract_hash);
}

Listing ChangesListing(std::string_view before, std::string_view after) {
  Listing listing("mooring.contract_changes/1",
                  {{"path", "key"}, {"from", "value before"}, {"to", "value now"}});
  for (YamlChange& change : YamlChanges(before, after)) {
    listing.Add({change.path, change.added ? Cell() : Cell(std::move(change.from), Colour::kRed),
                 change.removed ? Cell() : Cell(std::move(change.to), Colour::kGreen)});
  }
  return listing;
}

Result<std::string> ReadContractText(Context& context, const std::string& file) {
  if (file == "-") return context.in->ReadAll(limits::kContractBytes);
  return context.files->ReadFile(file, limits::kContractBytes);
}

Result<ExitCode> RunApply(Context& context, const Args& args) {
  RETURN_IF_ERROR(RequireLocal(context, "apply"));
  const std::string& file = args.positional(0);
  ASSIGN_OR_RETURN(const std::string text, ReadContractText(context, file));
  const std::string name = file == "-" ? "stdin" : file;
  ASSIGN_OR_RETURN(const records::Contract contract, records::ParseContract(text, name));
  RETURN_IF_ERROR(records::RequireBusinessSql(contract, name,
                                              FindLibraries(context.settings.Text("library_dir"))));
  ASSIGN_OR_RETURN(const records::Change change, ChangeOf(context, args, Reason::kOptional));
  ASSIGN_OR_RETURN(const auto store, OpenStore(context));
  ASSIGN_OR_RETURN(const std::string before, TextInForce(*store, contract.model));
  WarnAbout(context, contract);
  const Listing changes = ChangesListing(before, text);
  if (!before.empty() || args.Has("output") || args.Has("fields")) {
    RETURN_IF_ERROR(PrintListing(context, args, changes));
  }
  if (before == text) {
    context.Hint("nothing to change: this contract is in force for " + contract.model);
    return ExitCode::kDone;
  }
  if (args.Has("dry-run")) {
    context.Hint("dry run: nothing was changed");
    return ExitCode::kDone;
  }
  ASSIGN_OR_RETURN(const records::ModelRecord record, store->ApplyContract(text, change));
  context.Hint((before.empty() ? "created model " : "changed the contract of ") + record.name +
               ": contract " + record.contract_hash.substr(0, 12));
  if (before.empty()) {
    context.Hint("next: mooring version register " + record.name + " MODEL_FILE");
  }
  return ExitCode::kDone;
}

}  // namespace

Command ApplyCommand() {
  return {
      .name = "apply",
      .summary = "put a contract in force, making its model when it is new",
      .text =
          "Prints what changes, path by path, old and new. All errors of the file are shown at\n"
          "once and nothing is changed. A running server follows within moments. A contract that\n"
          "opens a limit of a model that serves is refused: that takes two people, with\n"
          "mooring limit raise.",
      .examples = {{"mooring apply contract.yaml", "the whole deployment interface"},
                   {"mooring apply contract.yaml --dry-run", "only show what would change"}},
      .arguments = {{.name = "CONTRACT",
                     .summary = "YAML file, or - for stdin",
                     .completes = Completes::kFile}},
      .flags = Join({{{.name = "reason", .value = "TEXT", .summary = "why; kept in the history"},
                      {.name = "author",
                       .value = "NAME",
                       .summary = "who changes it (default: the system's user)",
                       .setting = "author"},
                      {.name = "dry-run", .summary = "show what would change, change nothing"}},
                     LocalFlags(),
                     OutputFlags()}),
      .run = RunApply};
}

}  // namespace mooring::app::cli
