// RunProgram: one run of the command line, from words to an exit code: finds the command, parses
// its flags, resolves the configuration, runs it and shows its error. main.cpp and the tests both
// call this. Thread safety: one run at a time per Context.
#pragma once

#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/context.h"

namespace mooring::app::cli {

// `words` without the program's name.
int RunProgram(Context& context, const std::vector<std::string>& words);

// The command that the words start with, and how many of them name it; null when there is none.
struct FoundCommand {
  const Command* command = nullptr;
  std::size_t words = 0;
};
FoundCommand FindCommand(const std::vector<std::string>& words);

}  // namespace mooring::app::cli
