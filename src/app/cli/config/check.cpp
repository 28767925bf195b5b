#include "app/cli/config/check.h"

#include "app/cli/commands.h"
#include "app/cli/config/config_file.h"
#include "app/cli/config/resolve.h"
#include "app/cli/output/listing.h"
#include "base/limits.h"
#include "records/contract/business_sql.h"
#include "records/contract/contract.h"

namespace mooring::app::cli {
namespace {

// A contract names its model at the top level; a configuration never has such a key.
bool LooksLikeContract(std::string_view text) {
  for (const std::string_view key : {"model:", "\"model\":", "'model':"}) {
    if (text.starts_with(key)) return true;
    if (text.find("\n" + std::string(key)) != std::string_view::npos) return true;
  }
  return false;
}

// What measures say in SQL is asked of DuckDB, where it is there.
std::vector<records::ContractError> SqlErrors(Context& context, std::string_view text) {
  const auto contract = records::ParseContract(text);
  if (!contract.ok()) return {};
  auto errors = records::CheckBusinessSql(*contract, FindLibraries(""));
  if (errors.ok()) return std::move(errors).value();
  context.Warn("SQL was not checked: " + errors.error().ToString());
  return {};
}

std::vector<ConfigProblem> ContractProblems(Context& context, std::string_view text) {
  std::vector<records::ContractError> errors = records::CheckContract(text);
  if (errors.empty()) errors = SqlErrors(context, text);
  std::vector<ConfigProblem> problems;
  for (records::ContractError& error : errors) {
    const std::string where = error.path.empty() ? "" : error.path + ": ";
    problems.push_back({error.line, error.column, where + error.message, std::move(error.help)});
  }
  return problems;
}

Result<ExitCode> RunCheck(Context& context, const Args& args) {
  std::vector<std::string> files = args.PositionalsFrom(0);
  if (files.empty()) {
    const std::string found = FindConfigFile(context, args);
    if (found.empty()) {
      return Error(Code::kNotFound, "no configuration file").Help("mooring help config");
    }
    files.push_back(found);
  }
  return CheckFiles(context, args, files, LooksLikeContract);
}

}  // namespace

Result<ExitCode> CheckFiles(Context& context, const Args& args,
                            const std::vector<std::string>& files,
                            bool (*is_contract)(std::string_view text)) {
  Listing listing("mooring.problems/1", {{"file", "file"},
                                         {"line", "from 1"},
                                         {"column", "from 1"},
                                         {"message", "what is wrong"},
                                         {"help", "what to do"}});
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::string text, context.files->ReadFile(file, limits::kContractBytes));
    const bool contract = is_contract(text);
    const auto problems =
        contract ? ContractProblems(context, text) : ParseConfigFile(text).problems;
    for (const ConfigProblem& problem : problems) {
      listing.Add({file, problem.line, problem.column, problem.message, problem.help});
    }
    if (problems.empty()) {
      context.Hint(file + ": " + (contract ? "contract" : "configuration") + " has no errors");
    }
  }
  const bool found = !listing.rows.empty();
  if (args.Has("output") || args.Has("fields")) {
    RETURN_IF_ERROR(PrintListing(context, args, listing));
  } else {
    // file:line:column: as compilers write it, so that editors can jump there.
    for (const auto& row : listing.rows) {
      context.PrintLine(MachineText(row[0]) + ":" + MachineText(row[1]) + ":" +
                        MachineText(row[2]) + ": " + MachineText(row[3]) +
                        (MachineText(row[4]).empty() ? "" : "; " + MachineText(row[4])));
    }
  }
  return found ? ExitCode::kFindings : ExitCode::kDone;
}

Command ConfigCheckCommand() {
  return {.name = "config check",
          .summary = "find all errors of configuration files and contracts",
          .text =
              "Prints one FILE:LINE:COLUMN: line an error and exits with 1 when there are any. "
              "Without\n"
              "a file: the configuration that the program would use.",
          .examples = {{"mooring config check", "what this directory uses"},
                       {"mooring config check contract.yaml", "a contract, before applying it"}},
          .arguments = {{.name = "FILE",
                         .summary = "configuration or contract",
                         .required = false,
                         .repeated = true,
                         .completes = Completes::kFile}},
          .flags = OutputFlags(),
          .run = RunCheck,
          .needs_settings = false};
}

}  // namespace mooring::app::cli
