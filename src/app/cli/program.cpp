#include "app/cli/program.h"

#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/config/resolve.h"
#include "app/cli/help/pages.h"
#include "app/cli/output/error.h"
#include "base/error_table.h"
#include "base/text/nearest.h"

namespace mooring::app::cli {
namespace {

bool IsNoun(std::string_view word) {
  for (const Noun& noun : AllNouns()) {
    if (noun.name == word) return true;
  }
  return false;
}

bool WantsHelp(const std::vector<std::string>& words, std::size_t from) {
  for (std::size_t i = from; i < words.size(); ++i) {
    if (words[i] == "--help" || words[i] == "-h") return true;
  }
  return false;
}

Error UnknownCommand(const std::vector<std::string>& words) {
  const bool verb = IsNoun(words[0]) && words.size() > 1;
  const std::string given = verb ? words[0] + " " + words[1] : words[0];
  std::vector<std::string_view> names;
  for (const Command& command : AllCommands()) {
    if (!command.hidden) names.push_back(command.name);
  }
  for (const Noun& noun : AllNouns()) names.push_back(noun.name);
  return Error(Code::kInvalidArgument, "no command '" + given + "'")
      .Why(DidYouMean(given, names))
      .Help(verb ? "mooring help " + words[0] : "mooring help");
}

Result<ExitCode> RunCommand(Context& context, const Command& command,
                            const std::vector<std::string>& words) {
  ASSIGN_OR_RETURN(const Args args, ParseArgs(command, words));
  if (args.Has("help")) {
    context.Print(CommandPage(context, command));
    return ExitCode::kDone;
  }
  context.quiet = args.Has("quiet");
  if (command.needs_settings) {
    ASSIGN_OR_RETURN(context.settings, ResolveSettings(context, command, args));
    for (const std::string& warning : context.settings.warnings) context.Warn(warning);
  }
  ASSIGN_OR_RETURN(const ExitCode code, command.run(context, args));
  if (!context.out->healthy()) {
    return Error(Code::kUnavailable, "cannot write to standard output");
  }
  return code;
}

Result<ExitCode> Dispatch(Context& context, const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h") {
    context.Print(OverviewPage(context));
    return ExitCode::kDone;
  }
  if (words[0] == "--version") {
    context.PrintLine(VersionLine());
    return ExitCode::kDone;
  }
  const FoundCommand found = FindCommand(words);
  if (found.command != nullptr) {
    const auto rest = words.begin() + static_cast<std::ptrdiff_t>(found.words);
    return RunCommand(context, *found.command, {rest, words.end()});
  }
  if (IsNoun(words[0]) && (words.size() == 1 || WantsHelp(words, 1))) {
    context.Print(NounPage(context, words[0]));
    return ExitCode::kDone;
  }
  return UnknownCommand(words);
}

// Looked at in the raw words, because they may be what is wrong.
bool WantsJson(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") return false;
    if (word == "-ojson" || word == "--output=json" || word == "-ojsonl") return true;
    const bool names_format = (word == "-o" || word == "--output") && i + 1 < words.size();
    if (names_format && (words[i + 1] == "json" || words[i + 1] == "jsonl")) return true;
  }
  return false;
}

}  // namespace

FoundCommand FindCommand(const std::vector<std::string>& words) {
  FoundCommand found;
  for (const Command& command : AllCommands()) {
    const std::size_t space = command.name.find(' ');
    const bool two = space != std::string_view::npos;
    if (words.empty() || words[0] != command.name.substr(0, space)) continue;
    if (two && (words.size() < 2 || words[1] != command.name.substr(space + 1))) continue;
    found = {&command, two ? std::size_t{2} : std::size_t{1}};
  }
  return found;
}

int RunProgram(Context& context, const std::vector<std::string>& words) {
  const Result<ExitCode> code = Dispatch(context, words);
  if (code.ok()) return static_cast<int>(*code);
  const Error& error = code.error();
  context.err->Write(WantsJson(words) ? ErrorJson(error) : ErrorText(context, error));
  return KindOf(error.code()).exit_code;
}

}  // namespace mooring::app::cli
