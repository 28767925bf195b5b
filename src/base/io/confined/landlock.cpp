#include "base/io/confined/landlock.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace mooring {
namespace {

// The kernel's own numbers, since headers of older systems lack the newer ones.
constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;
constexpr std::uint64_t kExecute = 1 << 0, kWriteFile = 1 << 1, kReadFile = 1 << 2,
                        kReadDirectory = 1 << 3, kRefer = 1 << 13, kTruncate = 1 << 14,
                        kControlDevice = 1 << 15;
constexpr std::uint64_t kOfFiles = kExecute | kWriteFile | kReadFile | kTruncate | kControlDevice;
// Making sockets, pipes and devices is not granted even where writing is.
constexpr std::uint64_t kMakeAndRemove = (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 12);

struct Attributes {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};

struct __attribute__((packed)) PathRule {
  std::uint64_t allowed;
  std::int32_t parent;
};

Attributes Handled(int version) {
  Attributes handled;
  handled.files = (1 << 13) - 1;
  if (version >= 2) handled.files |= kRefer;
  if (version >= 3) handled.files |= kTruncate;
  if (version >= 4) handled.network = 3;  // bind, connect
  if (version >= 5) handled.files |= kControlDevice;
  if (version >= 6) handled.scoped = 3;  // abstract Unix sockets, signals
  return handled;
}

std::uint64_t Granted(FileAccess access) {
  switch (access) {
    case FileAccess::kRead: return kReadFile | kReadDirectory;
    case FileAccess::kReadExecute: return kReadFile | kReadDirectory | kExecute;
    case FileAccess::kReadWrite:
      return kReadFile | kReadDirectory | kWriteFile | kTruncate | kMakeAndRemove | kRefer;
  }
  return 0;
}

// 0, or the errno; a path that is not there is no error.
int AddRule(int ruleset, const FileRule& rule, std::uint64_t handled) {
  const int place = ::open(rule.path, O_PATH | O_CLOEXEC);
  if (place < 0) return 0;
  struct stat about = {};
  PathRule path{Granted(rule.access) & handled, place};
  if (::fstat(place, &about) == 0 && !S_ISDIR(about.st_mode)) path.allowed &= kOfFiles;
  const long added = ::syscall(kAddRule, ruleset, 1, &path, 0);
  const int problem = added == 0 ? 0 : errno;
  ::close(place);
  return problem;
}

}  // namespace

int LandlockVersion() {
  const long version = ::syscall(kCreateRuleset, nullptr, 0, 1);
  return version < 0 ? 0 : static_cast<int>(version);
}

int ConfineFiles(const FileRule* rules, std::size_t count, int version) {
  const Attributes handled = Handled(version);
  // Older kernels refuse a structure that is longer than theirs, unless the rest is zero.
  const long ruleset = ::syscall(kCreateRuleset, &handled, sizeof(handled), 0);
  if (ruleset < 0) return errno;
  int problem = 0;
  for (std::size_t i = 0; i < count && problem == 0; ++i) {
    problem = AddRule(static_cast<int>(ruleset), rules[i], handled.files);
  }
  if (problem == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) problem = errno;
  if (problem == 0 && ::syscall(kRestrictSelf, ruleset, 0) != 0) problem = errno;
  ::close(static_cast<int>(ruleset));
  return problem;
}

}  // namespace mooring
