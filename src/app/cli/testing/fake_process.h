// A Context made of strings, a simulated clock, scripted HTTP answers and a pretended server, for
// tests of commands. Not for production code. Thread safety: one test on one thread.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/context.h"

namespace mooring::app::cli {

class StringSink final : public TextSink {
 public:
  void Write(std::string_view text) override { written += text; }
  bool healthy() const override { return !broken; }
  std::string written;
  bool broken = false;
};

class StringSource final : public TextSource {
 public:
  Result<std::string> ReadAll(std::size_t limit_bytes) override;
  Result<std::optional<std::string>> ReadLine() override;
  std::string text;
};

// Answers "METHOD /path?query" with what a test scripted; anything else is kUnavailable, as of a
// server that is not there. Every call is noted.
class ScriptedTransport final : public Transport {
 public:
  Result<HttpAnswer> Send(const HttpCall& call) override;
  // Answers of one request are given in order; the last one again and again.
  std::map<std::string, std::deque<HttpAnswer>> answers;
  std::vector<std::string> calls;  // "POST /path body"
  HttpCall last;
};

class FakeServer;

// Starts servers that only say their port, and stops at once.
class FakeProcess final : public Process {
 public:
  Result<std::unique_ptr<Server>> StartServer(const ServerOptions& options) override;
  void HoldStopSignals() override { holds = true; }
  bool WaitForStop(std::chrono::milliseconds timeout) override;
  Status CanListen(const std::string&, std::uint16_t) override {
    return port_taken ? Status(*port_taken) : Ok();
  }
  std::uint64_t OpenFilesLimit() override { return open_files; }
  std::string UserName() override { return user_name; }
  std::optional<Error> port_taken;
  std::uint64_t open_files = 65'536;
  bool holds = false;
  std::string user_name = "system-user";
  int waits_before_stop = 0;
  int stopped = 0;  // servers
  std::optional<ServerOptions> started;
  std::optional<Error> refuse;
};

// All of it together.
struct FakeWorld {
  FakeWorld();
  // Runs words against `context`; streams start empty.
  int Run(const std::vector<std::string>& words);

  StringSink out, err;
  StringSource in;
  ScriptedTransport transport;
  FakeProcess process;
  SimulatedClock clock;
  Context context;
};

}  // namespace mooring::app::cli
