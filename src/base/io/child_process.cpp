#include "base/io/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/clock.h"

extern char** environ;  // NOLINT: POSIX names it so

namespace mooring {
namespace {

using Milliseconds = std::chrono::milliseconds;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { Close(); }
  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

Error SystemError(Code code, const std::string& what, int number) {
  return Error(code, what).Why(std::strerror(number));
}

// A file in memory, so that no child can block us by not reading, nor end us by closing.
Result<Descriptor> InputFile(const std::string& input) {
  Descriptor file(::memfd_create("stdin", MFD_CLOEXEC));
  if (file.get() < 0) return SystemError(Code::kResourceExhausted, "no memory for stdin", errno);
  for (std::size_t done = 0; done < input.size();) {
    const ssize_t wrote = ::write(file.get(), input.data() + done, input.size() - done);
    if (wrote < 0) return SystemError(Code::kResourceExhausted, "no memory for stdin", errno);
    done += static_cast<std::size_t>(wrote);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

// posix_spawn with stdin, stdout and stderr set, signals as new, and a group of its own.
int Spawn(const ProgramRun& run, int in, int out, pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, 0);
  posix_spawn_file_actions_adddup2(&files, out, 1);
  posix_spawn_file_actions_adddup2(&files, out, 2);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(&how,
                           POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> arguments;
  for (const std::string& each : run.arguments)
    arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const int failed = posix_spawnp(&child, arguments[0], &files, &how, arguments.data(), environ);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  return failed;
}

// Reads until everybody has closed the pipe or time is over; false when it is over.
bool ReadAll(int pipe, const ProgramRun& run, Nanos deadline, std::string& output) {
  char buffer[4096];
  for (;;) {
    const Nanos left = deadline - SystemClock().Monotonic();
    if (left <= Nanos(0)) return false;
    const auto wait = std::chrono::ceil<Milliseconds>(left).count();
    pollfd ready{pipe, POLLIN, 0};
    const int found = ::poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(wait, 60'000)));
    if (found < 0 && errno != EINTR) return true;
    if (found <= 0) continue;
    const ssize_t got = ::read(pipe, buffer, sizeof buffer);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) return true;
    if (got < 0) continue;
    const std::size_t room = run.output_limit_bytes - output.size();
    output.append(buffer, std::min(room, static_cast<std::size_t>(got)));
  }
}

// Waits for the child until the deadline; false when it still runs then.
bool Reap(pid_t child, Nanos deadline, int& status) {
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) return true;
    if (SystemClock().Monotonic() >= deadline) return false;
    ::poll(nullptr, 0, 5);
  }
}

class SystemRunner final : public ProgramRunner {
 public:
  Result<ProgramEnd> Run(const ProgramRun& run) override {
    if (run.arguments.empty() || run.arguments[0].empty()) {
      return Error(Code::kInvalidArgument, "no program is named");
    }
    ASSIGN_OR_RETURN(Descriptor input, InputFile(run.input));
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
      return SystemError(Code::kResourceExhausted, "no pipe for a program's output", errno);
    }
    Descriptor reads(ends[0]), writes(ends[1]);
    pid_t child = 0;
    const Nanos deadline = SystemClock().Monotonic() + run.timeout;
    if (const int failed = Spawn(run, input.get(), writes.get(), child); failed != 0) {
      const bool absent = failed == ENOENT || failed == EACCES;
      return SystemError(absent ? Code::kNotFound : Code::kResourceExhausted,
                         "cannot run '" + run.arguments[0] + "'", failed);
    }
    writes.Close();
    ProgramEnd end;
    int status = 0;
    // What a grandchild keeps open is not waited for longer than the deadline.
    const bool in_time = ReadAll(reads.get(), run, deadline, end.output);
    if (!in_time || !Reap(child, deadline, status)) {
      end.timed_out = true;
      ::kill(-child, SIGKILL);
      while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
    }
    if (WIFEXITED(status) && !end.timed_out) end.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    return end;
  }
};

}  // namespace

ProgramRunner& ChildProcesses() {
  static SystemRunner runner;
  return runner;
}

}  // namespace mooring
