#include "app/process.h"

#include <malloc.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "api/http/server.h"
#include "serving/kill_switch.h"

namespace mooring::app {
namespace {

class DescriptorSink final : public cli::TextSink {
 public:
  explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {}
  void Write(std::string_view text) override {
    while (!text.empty() && healthy_) {
      const ssize_t written = write(descriptor_, text.data(), text.size());
      if (written >= 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        healthy_ = false;
      }
    }
  }
  bool healthy() const override { return healthy_; }

 private:
  const int descriptor_;
  bool healthy_ = true;
};

class DescriptorSource final : public cli::TextSource {
 public:
  Result<std::string> ReadAll(std::size_t limit_bytes) override {
    while (true) {
      ASSIGN_OR_RETURN(const bool more, Fill());
      if (buffer_.size() > limit_bytes) {
        return Error(Code::kTooLarge,
                     "standard input is larger than " + std::to_string(limit_bytes) + " bytes");
      }
      if (!more) return std::move(buffer_);
    }
  }
  Result<std::optional<std::string>> ReadLine() override {
    constexpr std::size_t kLongest = 1 << 20;
    while (true) {
      if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return std::optional(std::move(line));
      }
      if (buffer_.size() > kLongest) return Error(Code::kTooLarge, "a line is over 1 MiB");
      ASSIGN_OR_RETURN(const bool more, Fill());
      if (more) continue;
      if (buffer_.empty()) return std::optional<std::string>();
      return std::optional(std::exchange(buffer_, {}));
    }
  }

 private:
  Result<bool> Fill() {
    char bytes[64 * 1024];
    ssize_t got = 0;
    do {
      got = read(STDIN_FILENO, bytes, sizeof(bytes));
    } while (got < 0 && errno == EINTR);
    if (got < 0) return Error(Code::kUnavailable, "cannot read standard input");
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }
  std::string buffer_;
};

// Threads that block on the disk by turns share a few heaps, which keep some of what was freed. By
// default each has a heap of its own that gives everything back: a large answer is then faulted in
// anew, page by page, by whichever thread makes it. A search of 1,000 runs took 39 ms of CPU so and
// takes 15; its memory fell from 115 to 47 MiB.
void ShareHeaps() {
  constexpr int kMiB = 1 << 20, kKept = 16 * kMiB, kMapped = 4 * kMiB;
  const auto cores = static_cast<int>(std::min(std::thread::hardware_concurrency(), 64U));
  mallopt(M_ARENA_MAX, cores + 2);
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_MMAP_THRESHOLD, kMapped);
}

class ThisProcess final : public cli::Process {
 public:
  Result<std::unique_ptr<Server>> StartServer(const ServerOptions& options) override {
    ShareHeaps();
    return Server::Start(options);
  }
  void HoldStopSignals() override {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    // A peer that hangs up is an error of a write, not of the process.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR2, [](int) { serving::KillSwitch::PanicFromSignal(); });
  }
  bool WaitForStop(std::chrono::milliseconds timeout) override {
    timespec wait{};
    wait.tv_sec = timeout.count() / 1000;
    wait.tv_nsec = (timeout.count() % 1000) * 1'000'000;
    return sigtimedwait(&signals_, nullptr, &wait) > 0;
  }

  Status CanListen(const std::string& host, std::uint16_t port) override {
    ASSIGN_OR_RETURN([[maybe_unused]] const auto server,
                     api::HttpServer::Start({.host = host, .port = port},
                                            [](const api::Request&, const auto&) {}));
    return Ok();
  }
  std::uint64_t OpenFilesLimit() override {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
  }
  std::string UserName() override {
    passwd entry{};
    passwd* found = nullptr;
    char text[4096];
    const bool known = getpwuid_r(geteuid(), &entry, text, sizeof(text), &found) == 0;
    return known && found != nullptr ? found->pw_name : "";
  }

 private:
  sigset_t signals_{};
};

bool SaysUtf8(const cli::Context& context) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = context.Environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

struct ProcessContext::Parts {
  DescriptorSink out{STDOUT_FILENO}, err{STDERR_FILENO};
  DescriptorSource in;
  ThisProcess process;
  std::unique_ptr<Transport> transport = CurlTransport();
};

ProcessContext::ProcessContext(char** environment) : parts_(std::make_unique<Parts>()) {
  for (char** entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    context_.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  context_.in = &parts_->in;
  context_.out = &parts_->out;
  context_.err = &parts_->err;
  context_.terminal = {isatty(STDIN_FILENO) != 0, isatty(STDOUT_FILENO) != 0,
                       isatty(STDERR_FILENO) != 0, SaysUtf8(context_)};
  context_.files = &PosixFileSystem();
  context_.clock = &SystemClock();
  context_.transport = parts_->transport.get();
  context_.process = &parts_->process;
}

ProcessContext::~ProcessContext() = default;

}  // namespace mooring::app
