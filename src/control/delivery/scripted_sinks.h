// Seams of sinks as a test scripts them: a receiver that is up or down, and programs that end as
// told. Not for anything but tests.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/io/child_process.h"
#include "base/net/transport.h"

namespace mooring::control {

class ScriptedReceiver final : public Transport {
 public:
  Result<HttpAnswer> Send(const HttpCall& call) override {
    ++attempts;
    if (down) return Error(Code::kUnavailable, "cannot connect to " + call.url);
    if (status / 100 == 2) taken.push_back(call);
    return HttpAnswer{status, "text/plain", answer};
  }
  static std::string Header(const HttpCall& call, std::string_view name) {
    for (const auto& [key, value] : call.headers) {
      if (key == name) return value;
    }
    return "";
  }
  bool down = false;
  int status = 200;
  std::string answer;
  int attempts = 0;
  std::vector<HttpCall> taken;
};

class ScriptedPrograms final : public ProgramRunner {
 public:
  Result<ProgramEnd> Run(const ProgramRun& run) override {
    runs.push_back(run);
    return end;
  }
  std::vector<ProgramRun> runs;
  ProgramEnd end{.exit_code = 0, .output = ""};
};

}  // namespace mooring::control
