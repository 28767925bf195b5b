// Command: one entry of the command line, as a value: its name, its help, its flags and the
// function that does it. Help, completion and parsing are all made from it, so they cannot drift
// apart.
//
// A verb's file exports one function that returns its Command (commands.h declares them,
// commands.cpp lists them in the order that help shows). A command talks to the world only through
// its Context (context.h); it never touches a global stream.
//
// Thread safety: values. Texts are literals and live for ever.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::app::cli {

struct Context;
class Args;

// The same for all commands; `mooring help exit-codes` explains them, base/error_table.h maps
// errors.
enum class ExitCode : int {
  kDone = 0,
  kFindings = 1,     // the answer is "no", or something was found
  kUsage = 2,        // wrong usage, input or configuration
  kUnreachable = 3,  // server or store not reachable or not ready
  kRefused = 4,      // who you are, or what you may
  kNotFound = 5,
  kConflict = 6,  // somebody changed it first
  kLate = 7,      // timed out or still pending
  kBug = 70,
};

// What completion offers for a value.
enum class Completes : unsigned char { kNothing, kFile, kDirectory, kModel, kVersion };

struct Flag {
  std::string_view name;        // without dashes: "data-dir"
  std::string_view value = {};  // what it takes, as help shows it: "DIR"; empty: a switch
  std::string_view summary = {};
  char letter = 0;        // short form, 0: none
  bool repeated = false;  // may stand more than once
  std::vector<std::string_view> choices = {};
  std::string_view setting = {};  // the setting (config/settings.h) that it overrides
  Completes completes = Completes::kNothing;
};

struct Argument {
  std::string_view name;  // "MODEL"
  std::string_view summary = {};
  bool required = true;
  bool repeated = false;  // the last one only
  Completes completes = Completes::kNothing;
};

struct Example {
  std::string_view line;
  std::string_view what;
};

struct Command {
  std::string_view name;       // "version promote"
  std::string_view summary;    // one line, no full stop
  std::string_view text = {};  // paragraphs; may be empty
  std::vector<Example> examples = {};
  std::vector<Argument> arguments = {};
  std::vector<Flag> flags = {};  // beside the common ones (CommonFlags)
  Result<ExitCode> (*run)(Context&, const Args&) = nullptr;
  bool needs_settings = true;  // false: works even when the configuration is broken
  bool hidden = false;
};

// Flags that every command takes: help, colour, quiet, configuration.
const std::vector<Flag>& CommonFlags();

// Groups of flags that several commands share, in the order that help shows.
std::vector<Flag> OutputFlags();  // -o, --fields, --no-header
std::vector<Flag> StoreFlags();   // --data-dir, --server
std::vector<Flag> LocalFlags();   // --data-dir, of what no server does for others
std::vector<Flag> ChangeFlags();  // --reason, --author, --if-revision, --yes, --dry-run
std::vector<Flag> Join(std::vector<std::vector<Flag>> groups);

}  // namespace mooring::app::cli
