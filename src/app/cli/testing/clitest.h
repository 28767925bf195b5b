// Clitest: command tests as text. A script writes files, sets the stage and runs commands; under
// each command stand its exit code, stdout and stderr as they must be. MOORING_UPDATE_GOLDEN=1
// writes them anew.
//
//   file contract.yaml        the lines that follow, up to one that does not start with "+"
//   + model: m
//   env MOORING_COLOR=always
//   tty                       stdin, stdout and stderr are terminals (notty: none is)
//   advance 60                the clock, seconds
//   http GET /api/v1/models -> 200 {"models": []}
//   < y                       a line of stdin of the next command
//   $ mooring model list -o json
//   ? 5                       exit code; absent: 0
//   | stdout line             "|~ " when the line has no end
//   ! stderr line
//
// Words are split at spaces; 'single' and "double" quotes hold them together. Lines of '#' and
// empty ones are kept. In expected text DIR stands for the directory that the script runs in,
// mor_live_TOKEN for any token.
// Thread safety: none; a script changes the process's working directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mooring::app::cli {

// Runs a script in `directory` (made, and made the working one); returns the script with what
// really came out in the place of what was expected: equal texts mean success.
std::string RunClitest(std::string_view script, const std::string& directory,
                       const std::string& source_directory);

std::vector<std::string> SplitWords(std::string_view line);

}  // namespace mooring::app::cli
