// Programs of others, run as children: with arguments but without a shell, bytes on stdin, what
// they write kept up to a limit, and a deadline. The machine's own runner is ChildProcesses();
// tests script theirs.
//
// The child gets the environment, its own process group, stdin as a file of the given bytes, and
// one pipe for stdout and stderr; no other descriptor. At the deadline the whole group is killed.
//
// Thread safety: Run from any thread; blocking. Failure: kNotFound when there is no such program,
// kResourceExhausted when the system gives no process; how the program ended is an answer.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace mooring {

struct ProgramRun {
  std::vector<std::string> arguments;  // [0] is the program: a path, or a name found in PATH
  std::string input;
  std::chrono::milliseconds timeout{30'000};
  std::size_t output_limit_bytes = limits::kMiB;  // what comes after is read and dropped
};

struct ProgramEnd {
  int exit_code = -1;  // -1: it did not end by itself
  int signal = 0;      // that ended it
  bool timed_out = false;
  std::string output;  // stdout and stderr as they came
};

class ProgramRunner {
 public:
  virtual ~ProgramRunner() = default;
  virtual Result<ProgramEnd> Run(const ProgramRun& run) = 0;
};

ProgramRunner& ChildProcesses();

}  // namespace mooring
