#include "base/io/confined/confined_process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "base/io/confined/landlock.h"

namespace mooring {
namespace {

constexpr std::size_t kSaidBytes = 16 * 1024;
constexpr int kSocket = 3;  // as the program sees it
constexpr int kReport = 4;  // closed by exec; an errno before it
constexpr rlim_t kDescriptors = 256;

Error SystemError(Code code, const char* what, int number) {
  return Error(code, what).Why(std::strerror(number));
}

// Everything that the child needs, made before the fork: after it nothing may be allocated.
struct Prepared {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::vector<FileRule> rules;
  std::vector<sock_filter> filter;
  const char* directory = nullptr;
  rlim_t address_bytes = 0, file_bytes = 0;
  int landlock = 0;  // version, 0 for none
  int null = -1, said = -1, socket = -1, report = -1;
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Prepared Prepare(const ConfinedProcess::Options& options) {
  Prepared made;
  made.arguments = Pointers(options.arguments);
  made.environment = Pointers(options.environment);
  made.directory = options.directory.c_str();
  made.address_bytes = options.address_bytes;
  made.file_bytes = options.file_bytes;
  made.landlock = options.use_landlock ? LandlockVersion() : 0;
  // Before its third version Landlock lets anybody truncate files: there nothing is written.
  made.filter = MakeSyscallFilter({.refuse_writes = made.landlock < kLandlockSeesTruncation});
  made.rules.push_back({options.directory.c_str(), FileAccess::kReadWrite});
  for (const std::string& path : options.readable) {
    made.rules.push_back({path.c_str(), FileAccess::kRead});
  }
  for (const std::string& path : options.executable) {
    made.rules.push_back({path.c_str(), FileAccess::kReadExecute});
  }
  return made;
}

bool Limit(int what, rlim_t value) {
  rlimit old = {};
  if (::getrlimit(static_cast<__rlimit_resource>(what), &old) != 0) return false;
  const rlim_t most = std::min(value, old.rlim_max);
  const rlimit limit{most, most};
  return ::setrlimit(static_cast<__rlimit_resource>(what), &limit) == 0;
}

void DropCapabilities() {
  for (unsigned long each = 0; each < 64; ++each) ::prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  ::syscall(SYS_capset, &header, none);
}

// Puts the descriptors in their places and closes all others. The sources lie above the places.
bool PlaceDescriptors(const Prepared& made) {
  return ::dup2(made.null, 0) == 0 && ::dup2(made.said, 1) == 1 && ::dup2(made.said, 2) == 2 &&
         ::dup2(made.socket, kSocket) == kSocket &&
         ::dup3(made.report, kReport, O_CLOEXEC) == kReport &&
         ::syscall(436 /* close_range */, kReport + 1, ~0U, 0) == 0;
}

void DefaultSignals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Between fork and exec: async-signal-safe calls only. Returns the errno when it fails.
int BecomeTheProgram(Prepared& made, pid_t parent) {
  DefaultSignals();
  if (::setsid() < 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return errno;
  if (::getppid() != parent) return ESRCH;
  if (!PlaceDescriptors(made)) return errno;
  if (::chdir(made.directory) != 0) return errno;
  ::umask(077);
  DropCapabilities();
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  if (made.landlock != 0) {
    const int refused = ConfineFiles(made.rules.data(), made.rules.size(), made.landlock);
    if (refused != 0) return refused;
  }
  const bool limited = Limit(RLIMIT_CORE, 0) && Limit(RLIMIT_NOFILE, kDescriptors) &&
                       Limit(RLIMIT_FSIZE, made.file_bytes) && Limit(RLIMIT_AS, made.address_bytes);
  if (!limited) return errno;
  SetOwnPid(made.filter.data(), made.filter.size(), static_cast<std::uint32_t>(::getpid()));
  const sock_fprog program{static_cast<unsigned short>(made.filter.size()), made.filter.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) return errno;
  ::execve(made.arguments[0], made.arguments.data(), made.environment.data());
  return errno;
}

// Descriptors that lie above the places they will be put in; closed at the end.
struct Descriptors {
  int null = -1, said = -1, ours = -1, theirs = -1, report_in = -1, report_out = -1;
  ~Descriptors() {
    for (const int fd : {null, said, ours, theirs, report_in, report_out}) {
      if (fd >= 0) ::close(fd);
    }
  }
};

int Above(int fd) {
  if (fd < 0) return fd;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, 64);
  ::close(fd);
  return moved;
}

Status Open(Descriptors& files) {
  int pair[2], pipe[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return SystemError(Code::kResourceExhausted, "no socket for a program", errno);
  }
  files.ours = pair[0];
  files.theirs = Above(pair[1]);
  if (::pipe2(pipe, O_CLOEXEC) != 0) {
    return SystemError(Code::kResourceExhausted, "no pipe for a program", errno);
  }
  files.report_in = pipe[0];
  files.report_out = Above(pipe[1]);
  files.null = Above(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  files.said = Above(::memfd_create("said", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  // Never longer than this, whatever it prints.
  const bool sealed = files.said >= 0 && ::ftruncate(files.said, kSaidBytes) == 0 &&
                      ::fcntl(files.said, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0;
  if (!sealed || files.theirs < 0 || files.report_out < 0 || files.null < 0) {
    return SystemError(Code::kResourceExhausted, "no descriptors for a program", errno);
  }
  ::fcntl(files.ours, F_SETFL, O_NONBLOCK);
  return Ok();
}

void ReapKilled(pid_t pid) {
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<std::unique_ptr<ConfinedProcess>> ConfinedProcess::Start(const Options& options) {
  if (options.arguments.empty() || !options.arguments[0].starts_with('/')) {
    return Error(Code::kInvalidArgument, "a confined program is named by its absolute path");
  }
  if (!CanFilterSyscalls()) {
    return Error(Code::kFailedPrecondition, "programs can not be confined on this machine")
        .Why("system calls are filtered on x86-64 and AArch64 only");
  }
  Descriptors files;
  RETURN_IF_ERROR(Open(files));
  Prepared made = Prepare(options);
  made.null = files.null;
  made.said = files.said;
  made.socket = files.theirs;
  made.report = files.report_out;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return SystemError(Code::kResourceExhausted, "no process", errno);
  if (child == 0) {
    const int problem = BecomeTheProgram(made, parent);
    [[maybe_unused]] const ssize_t told = ::write(kReport, &problem, sizeof(problem));
    ::_exit(127);
  }
  ::close(std::exchange(files.report_out, -1));
  ::close(std::exchange(files.theirs, -1));
  int problem = 0;
  ssize_t got = 0;
  while ((got = ::read(files.report_in, &problem, sizeof(problem))) < 0 && errno == EINTR) {
  }
  if (got != 0) {
    ReapKilled(child);
    return SystemError(Code::kFailedPrecondition,
                       ("cannot start '" + options.arguments[0] + "' confined").c_str(), problem);
  }
  return std::unique_ptr<ConfinedProcess>(new ConfinedProcess(
      child, std::exchange(files.ours, -1), std::exchange(files.said, -1), made.landlock != 0));
}

ConfinedProcess::~ConfinedProcess() {
  ReapKilled(pid_);
  ::close(socket_);
  ::close(said_);
}

void ConfinedProcess::Kill() { ::kill(pid_, SIGKILL); }

bool ConfinedProcess::Ended() const {
  siginfo_t about = {};
  const int asked = ::waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOHANG | WNOWAIT);
  return asked == 0 && about.si_pid == pid_;
}

ConfinedProcess::Resources ConfinedProcess::Usage() const {
  Resources used;
  const std::string path = "/proc/" + std::to_string(pid_) + "/status";
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return used;
  char text[4096];
  const ssize_t size = ::read(file, text, sizeof(text));
  ::close(file);
  const std::string_view status(text, size < 0 ? 0 : static_cast<std::size_t>(size));
  const auto number = [&](std::string_view key) {
    std::uint64_t value = 0;
    const std::size_t at = status.find(key);
    if (at == std::string_view::npos) return value;
    const std::size_t start = status.find_first_not_of(" \t", at + key.size());
    if (start == std::string_view::npos) return value;
    std::from_chars(status.data() + start, status.data() + status.size(), value);
    return value;
  };
  used.memory_bytes = number("\nVmRSS:") * 1024 + number("\nVmSwap:") * 1024;
  used.threads = number("\nThreads:");
  return used;
}

std::string ConfinedProcess::Said() const {
  std::string text(kSaidBytes, '\0');
  const ssize_t size = ::pread(said_, text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  text.resize(text.find_last_not_of('\0') + 1);
  return text;
}

}  // namespace mooring
