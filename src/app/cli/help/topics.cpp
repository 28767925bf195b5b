#include "app/cli/config/settings.h"
#include "app/cli/help/pages.h"
#include "base/error_table.h"

namespace mooring::app::cli {
namespace {

std::string Padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string ExitCodes(const Context&) {
  std::string page =
      "Exit codes are the same for all commands:\n\n"
      "  0   done\n"
      "  1   the answer is no, or something was found: drift, differences, errors in a file\n"
      "  2   wrong usage, input or configuration\n"
      "  3   server or store not reachable or not ready; the same call may succeed later\n"
      "  4   refused: who you are, or what you may\n"
      "  5   not found\n"
      "  6   conflict: somebody changed it first\n"
      "  7   timed out or still pending\n"
      "  70  a bug of ours\n"
      "  128+n  ended by signal n\n\n"
      "Errors carry a stable code; -o json shows them as JSON on stderr:\n\n"
      "  CODE                 EXIT  HTTP  AGAIN LATER\n";
  for (const ErrorKind& kind : ErrorKinds()) {
    page += "  " + Padded(std::string(kind.name), 21) + Padded(std::to_string(kind.exit_code), 6) +
            Padded(std::to_string(kind.http_status), 6) + (kind.retryable ? "yes" : "no") + "\n";
  }
  return page;
}

std::string Variables(const Context&) {
  std::string page =
      "Each setting can be given by a variable; a flag beats it, it beats the file.\n\n";
  for (const Setting& setting : AllSettings()) {
    page += "  " + Padded(EnvironmentName(setting.key), 42) + std::string(setting.summary) + "\n";
  }
  return page + "  " + Padded("MOORING_CONFIG", 42) + "the configuration file\n" + "  " +
         Padded("MOORING_TOKEN", 42) + "who you are to a server (--server)\n" + "  " +
         Padded("NO_COLOR, TERM=dumb", 42) + "no colours\n";
}

std::string Configuration(const Context&) {
  std::string page =
      "Precedence: flag, then environment, then file, then default. The file is YAML: --config, "
      "else\n"
      "MOORING_CONFIG, else ./mooring.yaml, else $XDG_CONFIG_HOME/mooring/mooring.yaml, else\n"
      "/etc/mooring/mooring.yaml. Secrets stand in files of their own, never in a flag or in this "
      "one.\n"
      "'mooring config show --origin' tells where each value came from, 'mooring config check' "
      "finds\n"
      "all errors, 'mooring config explain KEY' says what a key means.\n\n";
  for (const Setting& setting : AllSettings()) {
    const std::string fallback(setting.fallback.empty() ? "-" : setting.fallback);
    page += "  " + Padded(std::string(setting.key), 34) + Padded(fallback, 14) +
            std::string(setting.summary) + "\n";
  }
  return page;
}

std::string Formats(const Context&) {
  return "-o table   for people: aligned, rounded, relative times; what a terminal gets\n"
         "-o plain   TAB between values, a header (--no-header: none), one record a line; what a "
         "pipe "
         "gets\n"
         "-o json    {\"schema\": \"mooring.NAME/1\", \"items\": [...]}, or one object for one "
         "thing\n"
         "-o jsonl   one object a line\n"
         "-o csv     RFC 4180\n\n"
         "--fields a,b chooses fields and their order; --fields help lists them.\n"
         "In all but tables times are RFC 3339 in UTC and numbers are never rounded: they read "
         "back to\n"
         "the same bits. Control characters of plain values are written as \\t, \\n, \\r.\n"
         "Answers go to stdout; hints, progress, warnings and errors to stderr (--quiet: only "
         "errors).\n";
}

}  // namespace

std::span<const Topic> AllTopics() {
  static constexpr Topic topics[] = {
      {"exit-codes", "what the numbers mean", ExitCodes},
      {"environment", "variables that are read", Variables},
      {"config", "settings, their defaults, where they come from", Configuration},
      {"formats", "table, plain, json, jsonl, csv", Formats},
  };
  return topics;
}

}  // namespace mooring::app::cli
