#include "base/io/confined/confined_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "base/clock.h"
#include "base/io/child_process.h"
#include "base/io/confined/landlock.h"
#include "base/io/file_system.h"

namespace mooring {
namespace {

namespace fs = std::filesystem;

// Says over descriptor 3 how each thing went: "done", or the errno.
constexpr const char* kAttempts = R"(
import os, sys, threading
secret, outside, inside = sys.argv[1:4]
def attempt(name, what):
    try:
        what()
        said = 'done'
    except OSError as problem:
        said = problem.errno
    except Exception as problem:
        said = type(problem).__name__
    os.write(3, f'{name} {said}\n'.encode())
def start(path):
    open(path, 'w').write('x')
def fork():
    if os.fork() == 0: os._exit(0)
def connect(family):
    import socket
    socket.socket(family)
def thread():
    one = threading.Thread(target=lambda: None)
    one.start()
    one.join()
def owner():
    import fcntl
    fcntl.fcntl(3, 8, os.getppid())
attempt('thread', thread)
attempt('read secret', lambda: open(secret).read())
attempt('list', lambda: os.listdir(os.path.dirname(secret)))
attempt('write outside', lambda: start(outside))
attempt('mkdir outside', lambda: os.mkdir(outside + '.d'))
attempt('unlink', lambda: os.unlink(secret + '.b'))
attempt('rename', lambda: os.rename(secret + '.c', outside + '.c'))
attempt('symlink', lambda: os.symlink('/', outside + '.l'))
attempt('truncate', lambda: os.truncate(secret, 0))
attempt('chmod', lambda: os.chmod(secret, 0o777))
attempt('utime', lambda: os.utime(secret, (1, 1)))
attempt('write inside', lambda: start(inside))
attempt('inet', lambda: connect(2))
attempt('unix', lambda: connect(1))
attempt('fork', fork)
attempt('kill parent', lambda: os.kill(os.getppid(), 0))
attempt('kill all', lambda: os.kill(-1, 0))
attempt('kill self', lambda: os.kill(os.getpid(), 0))
attempt('own socket', owner)
attempt('priority', lambda: os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0)))
attempt('large file', lambda: open(inside, 'wb').write(b'x' * 300000))
attempt('environment', lambda: sys.exit(1) if 'HOME' in os.environ else None)
attempt('descriptors', lambda: [os.fstat(fd) for fd in range(4, 64)])
attempt('exec', lambda: os.execv('/bin/true', ['/bin/true']))
os._exit(0)
)";

std::string FindPython() {
  for (const char* path : {"/usr/bin/python3", "/usr/local/bin/python3"}) {
    std::error_code problem;
    const fs::path real = fs::canonical(path, problem);
    if (!problem) return real.string();
  }
  return {};
}

class Confined : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    python_ = FindPython();
    if (python_.empty()) GTEST_SKIP() << "there is no python3 on this machine";
    root_ = ::testing::TempDir() + "confined-" + std::to_string(::getpid());
    fs::create_directories(root_ + "/scratch");
    for (const char* name : {"/secret", "/secret.b", "/secret.c"}) {
      std::ofstream(root_ + name) << "kept";
    }
  }
  void TearDown() override { fs::remove_all(root_); }

  ConfinedProcess::Options OptionsOf(const std::string& script) const {
    ConfinedProcess::Options options;
    options.arguments = {python_,
                         "-I",
                         "-c",
                         script,
                         root_ + "/secret",
                         root_ + "/outside",
                         root_ + "/scratch/inside"};
    options.environment = {"LANG=C.UTF-8"};
    options.directory = root_ + "/scratch";
    options.readable = {fs::path(python_).parent_path().parent_path().string(),
                        "/lib",
                        "/lib64",
                        "/usr/lib",
                        "/etc/ld.so.cache",
                        "/proc/self"};
    options.executable = {python_, "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};
    options.file_bytes = 100'000;
    options.use_landlock = GetParam();
    return options;
  }

  // All that it writes until it ends, as "name" → "how it went".
  static std::map<std::string, std::string> Listen(ConfinedProcess& process) {
    std::string text;
    char bytes[4096];
    const Nanos deadline = SystemClock().Monotonic() + std::chrono::seconds(60);
    while (SystemClock().Monotonic() < deadline) {
      pollfd ready{process.socket(), POLLIN, 0};
      if (::poll(&ready, 1, 100) <= 0) continue;
      const ssize_t got = ::read(process.socket(), bytes, sizeof(bytes));
      if (got <= 0) break;
      text.append(bytes, static_cast<std::size_t>(got));
    }
    std::map<std::string, std::string> said;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at), space = text.rfind(' ', end);
      said[text.substr(at, space - at)] = text.substr(space + 1, end - space - 1);
      at = end + 1;
    }
    return said;
  }

  std::string python_, root_;
};

TEST_P(Confined, ReachesNothingThatItWasNotGiven) {
  if (GetParam() && LandlockVersion() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  auto process = ConfinedProcess::Start(OptionsOf(kAttempts));
  ASSERT_TRUE(process.ok()) << process.error().ToString();
  EXPECT_EQ((*process)->confined_files(), GetParam());
  auto said = Listen(**process);
  ASSERT_TRUE(said.contains("thread")) << (*process)->Said();
  const std::string eperm = std::to_string(EPERM), eacces = std::to_string(EACCES);
  const bool writes = GetParam() && LandlockVersion() >= kLandlockSeesTruncation;
  const std::string file = writes ? eacces : eperm;
  const std::map<std::string, std::string> wanted = {
      {"thread", "done"},
      {"read secret", GetParam() ? eacces : "done"},
      {"list", GetParam() ? eacces : "done"},
      {"write outside", file},
      {"mkdir outside", file},
      {"unlink", file},
      {"rename", file},
      {"symlink", file},
      {"truncate", file},
      {"chmod", eperm},
      {"utime", eperm},
      {"write inside", writes ? "done" : eperm},
      {"inet", eperm},
      {"unix", eperm},
      {"fork", eperm},
      {"kill parent", eperm},
      {"kill all", eperm},
      {"kill self", "done"},
      {"own socket", eperm},
      {"priority", eperm},
      {"large file", writes ? std::to_string(EFBIG) : eperm},
      {"environment", "done"},
      {"descriptors", std::to_string(EBADF)},
  };
  for (const auto& [what, how] : wanted) EXPECT_EQ(said[what], how) << what;
  if (GetParam()) {
    EXPECT_EQ(said["exec"], eacces);
  }
  EXPECT_FALSE(fs::exists(root_ + "/outside"));
  EXPECT_EQ(fs::file_size(root_ + "/secret"), 4U);
}

// Otherwise the test above would also pass where nothing can be done anyway.
TEST_P(Confined, TheSameAttemptsSucceedWithoutUs) {
  ProgramRun run;
  run.arguments = {"/bin/sh",
                   "-c",
                   "exec 3>&1; exec \"$@\"",
                   "sh",
                   python_,
                   "-I",
                   "-c",
                   kAttempts,
                   root_ + "/secret",
                   root_ + "/outside",
                   root_ + "/scratch/inside"};
  const auto end = ChildProcesses().Run(run);
  ASSERT_TRUE(end.ok());
  for (const char* what : {"read secret done", "write outside done", "mkdir outside done",
                           "unlink done", "chmod done", "inet done", "fork done"}) {
    EXPECT_NE(end->output.find(what), std::string::npos) << what << " in " << end->output;
  }
}

TEST_P(Confined, IsKilledAndFoundEnded) {
  auto process = ConfinedProcess::Start(OptionsOf("import os; os.read(3, 1)"));
  ASSERT_TRUE(process.ok()) << process.error().ToString();
  EXPECT_FALSE((*process)->Ended());
  EXPECT_GT((*process)->Usage().threads, 0U);
  (*process)->Kill();
  EXPECT_TRUE(Listen(**process).empty());
  while (!(*process)->Ended()) std::this_thread::yield();
  EXPECT_EQ((*process)->Usage().memory_bytes, 0U);
}

TEST_P(Confined, TellsWhatItSaidButNoMoreThanALittle) {
  auto process = ConfinedProcess::Start(OptionsOf(
      "import os\nos.write(2, b'oh no')\nfor i in range(100):\n try: os.write(1, b'x'*999)"
      "\n except OSError: pass"));
  ASSERT_TRUE(process.ok()) << process.error().ToString();
  Listen(**process);
  EXPECT_TRUE((*process)->Said().starts_with("oh nox"));
  EXPECT_LE((*process)->Said().size(), 16'384U);
}

INSTANTIATE_TEST_SUITE_P(Landlock, Confined, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "With" : "Without"; });

TEST(ConfinedProcess, AProgramThatIsNotThereIsRefused) {
  ConfinedProcess::Options options;
  options.arguments = {"/no/such/program"};
  options.directory = "/";
  auto process = ConfinedProcess::Start(options);
  ASSERT_FALSE(process.ok());
  EXPECT_EQ(process.error().code(), Code::kFailedPrecondition);
  options.arguments = {"sh"};
  EXPECT_EQ(ConfinedProcess::Start(options).error().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace mooring
