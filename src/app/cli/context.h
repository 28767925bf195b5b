// Context: everything a command may touch: its three streams, what is known of the terminal, the
// environment, files, time, the network, the settings, and how to start a server. A test builds one
// out of strings and a simulated clock; main.cpp builds one out of the process.
//
// Thread safety: one command runs on one thread. Ownership: Context borrows; the owner outlives the
// run.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/config/settings.h"
#include "app/server.h"
#include "base/clock.h"
#include "base/io/child_process.h"
#include "base/io/file_system.h"
#include "base/net/transport.h"
#include "base/result.h"

namespace mooring::app::cli {

// Where a command writes: stdout or stderr.
class TextSink {
 public:
  virtual ~TextSink() = default;
  virtual void Write(std::string_view text) = 0;
  // False once a write failed (closed pipe, full disk); the program then ends with an error.
  virtual bool healthy() const { return true; }
};

// Where a command reads: stdin.
class TextSource {
 public:
  virtual ~TextSource() = default;
  // Up to the end; kTooLarge beyond the limit.
  virtual Result<std::string> ReadAll(std::size_t limit_bytes) = 0;
  // One line without its end; nullopt at the end.
  virtual Result<std::optional<std::string>> ReadLine() = 0;
};

struct Terminal {
  bool in = false, out = false, err = false;  // is it one
  bool utf8 = false;                          // may we draw beyond ASCII
};

// What `serve`, `log tail` and `doctor` need of the process beside streams.
class Process {
 public:
  virtual ~Process() = default;
  virtual Result<std::unique_ptr<Server>> StartServer(const ServerOptions& options) = 0;
  // From now on SIGTERM and SIGINT wait for us instead of ending the process; call before threads
  // start.
  virtual void HoldStopSignals() = 0;
  // Waits up to `timeout` for a held signal; true when one came.
  virtual bool WaitForStop(std::chrono::milliseconds timeout) = 0;
  // Whether a server could listen there now; kConflict when somebody else does.
  virtual Status CanListen(const std::string& host, std::uint16_t port) = 0;
  // How many files and connections the system lets one process have open.
  virtual std::uint64_t OpenFilesLimit() = 0;
  // Who runs this process, by the system's own list of users; "" when it does not know.
  virtual std::string UserName() = 0;
};

enum class Colour : unsigned char { kPlain, kRed, kGreen, kYellow, kBold, kDim };

struct Context {
  TextSource* in = nullptr;
  TextSink* out = nullptr;
  TextSink* err = nullptr;
  Terminal terminal;
  std::map<std::string, std::string, std::less<>> environment;
  FileSystem* files = nullptr;
  const Clock* clock = nullptr;
  Transport* transport = nullptr;
  ProgramRunner* programs = &ChildProcesses();
  Process* process = nullptr;
  // Set by Run before a command starts.
  Settings settings;
  bool quiet = false;

  void Print(std::string_view text) { out->Write(text); }
  void PrintLine(std::string_view text) { out->Write(std::string(text) + "\n"); }
  // To stderr, unless --quiet: what changed, what to do next, warnings.
  void Hint(std::string_view text) {
    if (!quiet) err->Write(std::string(text) + "\n");
  }
  void Warn(std::string_view text);
  // The text in a colour, if stdout (stderr) shows colours now (config "color", NO_COLOR, TERM).
  std::string Paint(std::string_view text, Colour colour, bool on_err = false) const;
  // A yes or no on the terminal; kInvalidArgument with the flag to use where there is no terminal.
  Result<bool> Confirm(std::string_view question);

  // A variable, "" when unset.
  std::string Environment(std::string_view name) const;
};

}  // namespace mooring::app::cli
