#include "app/cli/testing/fake_process.h"

#include "app/cli/program.h"

namespace mooring::app::cli {

Result<std::string> StringSource::ReadAll(std::size_t limit_bytes) {
  if (text.size() > limit_bytes) return Error(Code::kTooLarge, "standard input is too large");
  return std::exchange(text, {});
}

Result<std::optional<std::string>> StringSource::ReadLine() {
  if (text.empty()) return std::optional<std::string>();
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string line = text.substr(0, end);
  text.erase(0, end + 1);
  return std::optional(std::move(line));
}

Result<HttpAnswer> ScriptedTransport::Send(const HttpCall& call) {
  const std::size_t scheme = call.url.find("://");
  const std::size_t path = call.url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  const std::string target = path == std::string::npos ? "/" : call.url.substr(path);
  last = call;
  calls.push_back(call.method + " " + target + (call.body.empty() ? "" : " " + call.body));
  const auto found = answers.find(call.method + " " + target);
  if (found == answers.end() || found->second.empty()) {
    return Error(Code::kUnavailable, "cannot connect to " + call.url.substr(0, path));
  }
  HttpAnswer answer = found->second.front();
  if (found->second.size() > 1) found->second.pop_front();
  return answer;
}

class FakeServer final : public Server {
 public:
  explicit FakeServer(FakeProcess* process, std::uint16_t port) : process_(process), port_(port) {}
  std::uint16_t port() const override { return port_; }
  void Stop() override { ++process_->stopped; }

 private:
  FakeProcess* process_;
  const std::uint16_t port_;
};

Result<std::unique_ptr<Server>> FakeProcess::StartServer(const ServerOptions& options) {
  CHECK(holds);  // signals are held before any thread starts
  started = options;
  if (refuse) return *refuse;
  constexpr std::uint16_t kFree = 40'404;
  return std::unique_ptr<Server>(
      std::make_unique<FakeServer>(this, options.port == 0 ? kFree : options.port));
}

bool FakeProcess::WaitForStop(std::chrono::milliseconds) { return waits_before_stop-- <= 0; }

FakeWorld::FakeWorld() {
  context.in = &in;
  context.out = &out;
  context.err = &err;
  context.terminal.utf8 = true;
  context.environment["USER"] = "ada";
  context.files = &PosixFileSystem();
  context.clock = &clock;
  context.transport = &transport;
  context.process = &process;
}

int FakeWorld::Run(const std::vector<std::string>& words) {
  out.written.clear();
  err.written.clear();
  context.settings = Settings();
  context.quiet = false;
  return RunProgram(context, words);
}

}  // namespace mooring::app::cli
