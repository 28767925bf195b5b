#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/help/pages.h"
#include "app/cli/program.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunHelp(Context& context, const Args& args) {
  const std::vector<std::string> words = args.PositionalsFrom(0);
  if (words.empty()) {
    context.Print(OverviewPage(context));
    return ExitCode::kDone;
  }
  for (const Topic& topic : AllTopics()) {
    if (words.size() != 1 || topic.name != words[0]) continue;
    context.Print(topic.page(context));
    return ExitCode::kDone;
  }
  if (const FoundCommand found = FindCommand(words); found.command != nullptr) {
    context.Print(CommandPage(context, *found.command));
    return ExitCode::kDone;
  }
  for (const Noun& noun : AllNouns()) {
    if (noun.name != words[0]) continue;
    context.Print(NounPage(context, noun.name));
    return ExitCode::kDone;
  }
  return Error(Code::kNotFound, "no help on '" + words[0] + "'").Help("mooring help");
}

}  // namespace

Command HelpCommand() {
  return {.name = "help",
          .summary = "explain a command or a topic",
          .examples = {{"mooring help version promote", "a command"},
                       {"mooring help exit-codes", "a topic"}},
          .arguments = {{.name = "WORD",
                         .summary = "command, noun or topic",
                         .required = false,
                         .repeated = true}},
          .run = RunHelp,
          .needs_settings = false};
}

}  // namespace mooring::app::cli
