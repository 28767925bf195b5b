#include "base/io/confined/landlock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace mooring {
namespace {

// In a child, since rules are for ever: the errno of `attempt` behind the rules, or 255 when they
// could not be set.
template <typename Attempt>
int Behind(const std::string& granted, FileAccess access, Attempt attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    const FileRule rules[] = {{granted.c_str(), access}, {"/no/such/place", FileAccess::kRead}};
    if (ConfineFiles(rules, 2, LandlockVersion()) != 0) ::_exit(255);
    errno = 0;
    ::_exit(attempt() >= 0 ? 0 : errno);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Landlock : public ::testing::Test {
 protected:
  void SetUp() override {
    if (LandlockVersion() == 0) GTEST_SKIP() << "this kernel has no Landlock";
    root_ = ::testing::TempDir() + "landlock-" + std::to_string(::getpid());
    std::filesystem::create_directories(root_);
    file_ = root_ + "/file";
    ::close(::open(file_.c_str(), O_CREAT | O_WRONLY, 0600));
  }
  void TearDown() override {
    if (!root_.empty()) std::filesystem::remove_all(root_);
  }
  std::string root_, file_;
};

TEST_F(Landlock, GrantsWhatItSays) {
  const auto read = [this] { return ::open(file_.c_str(), O_RDONLY); };
  const auto write = [this] { return ::open(file_.c_str(), O_WRONLY); };
  const auto make = [this] { return ::open((root_ + "/new").c_str(), O_CREAT | O_WRONLY, 0600); };
  EXPECT_EQ(Behind(root_, FileAccess::kRead, read), 0);
  EXPECT_EQ(Behind(root_, FileAccess::kRead, write), EACCES);
  EXPECT_EQ(Behind(root_, FileAccess::kRead, make), EACCES);
  EXPECT_EQ(Behind(root_, FileAccess::kReadWrite, write), 0);
  EXPECT_EQ(Behind(root_, FileAccess::kReadWrite, make), 0);
  EXPECT_EQ(Behind(file_, FileAccess::kRead, read), 0) << "a rule for one file";
  EXPECT_EQ(Behind("/proc", FileAccess::kReadWrite, read), EACCES) << "elsewhere";
}

TEST_F(Landlock, StartsOnlyWhatMayBeStarted) {
  const auto start = [] { return ::execl("/bin/true", "/bin/true", nullptr); };
  EXPECT_EQ(Behind("/", FileAccess::kRead, start), EACCES);
  EXPECT_EQ(Behind("/", FileAccess::kReadExecute, start), 0);
}

}  // namespace
}  // namespace mooring
