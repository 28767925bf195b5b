#include "app/cli/command.h"

namespace mooring::app::cli {

const std::vector<Flag>& CommonFlags() {
  static const std::vector<Flag> flags = {
      {.name = "config",
       .value = "FILE",
       .summary = "configuration file (default ./mooring.yaml)",
       .completes = Completes::kFile},
      {.name = "color",
       .value = "WHEN",
       .summary = "colour on a terminal: auto, always, never",
       .choices = {"auto", "always", "never"},
       .setting = "color"},
      {.name = "quiet", .summary = "no hints and no progress on stderr", .letter = 'q'},
      {.name = "help", .summary = "show this help", .letter = 'h'},
  };
  return flags;
}

std::vector<Flag> OutputFlags() {
  return {
      {.name = "output",
       .value = "FORMAT",
       .summary = "table (terminal), plain (pipe), json, jsonl, csv",
       .letter = 'o',
       .choices = {"table", "plain", "json", "jsonl", "csv"}},
      {.name = "fields",
       .value = "A,B",
       .summary = "only these fields, in this order; 'help' lists them"},
      {.name = "no-header", .summary = "no header line in plain and csv"},
  };
}

std::vector<Flag> LocalFlags() {
  return {
      {.name = "data-dir",
       .value = "DIR",
       .summary = "data directory to work on",
       .setting = "data_dir",
       .completes = Completes::kDirectory},
  };
}

std::vector<Flag> StoreFlags() {
  return Join({LocalFlags(),
               {{.name = "server",
                 .value = "URL",
                 .summary = "work through a server instead of a directory",
                 .setting = "server"}}});
}

std::vector<Flag> ChangeFlags() {
  return {
      {.name = "reason", .value = "TEXT", .summary = "why; kept in the history for good"},
      {.name = "author",
       .value = "NAME",
       .summary = "who changes it (default: the system's user)",
       .setting = "author"},
      {.name = "if-revision", .value = "N", .summary = "only if the route still has this revision"},
      {.name = "yes", .summary = "do not ask", .letter = 'y'},
      {.name = "dry-run", .summary = "show what would change, change nothing"},
  };
}

std::vector<Flag> Join(std::vector<std::vector<Flag>> groups) {
  std::vector<Flag> joined;
  for (auto& group : groups) {
    for (auto& flag : group) joined.push_back(std::move(flag));
  }
  return joined;
}

}  // namespace mooring::app::cli
