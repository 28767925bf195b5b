// ConfigFile: the program's YAML configuration file, checked whole: every error with its line and
// column, unknown keys with a "did you mean". Secrets never stand in it, only paths of files that
// hold them.
//
//   listen: {port: 8080, threads: 2}
//   journal:
//     ack: synced
//
// Thread safety: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::app::cli {

struct ConfigEntry {
  std::string key, text;
  std::size_t line = 0, column = 0;  // from 1, of the value
};

// Also what `config check` shows of a contract's errors.
struct ConfigProblem {
  std::size_t line = 0, column = 0;
  std::string message, help;
};

struct ConfigFile {
  std::vector<ConfigEntry> entries;  // sound ones, in the file's order
  std::vector<ConfigProblem> problems;
};

// Never fails: what is wrong is in `problems`. Texts over limits::kContractBytes are one problem.
ConfigFile ParseConfigFile(std::string_view text);

// One error that carries all problems, a line each; CHECKs that there is one.
Error ProblemsAsError(const std::vector<ConfigProblem>& problems, std::string_view file);

}  // namespace mooring::app::cli
