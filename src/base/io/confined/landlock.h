// Landlock: which parts of the file system a process and all it starts may touch, set by itself
// without privileges. Used between fork and exec by ConfinedProcess; the kernel keeps it for ever.
//
// What a rule does not grant is refused: reading, writing, making, removing, renaming, executing.
// Newer kernels add truncation, TCP, device controls, abstract Unix sockets and signals to others.
//
// Thread safety: pure but for the calling process; Confine is async-signal-safe. Failure: Confine
// returns the errno of the call that failed, 0 when the rules are in force. Paths that are not
// there are left out.
#pragma once

#include <cstddef>

namespace mooring {

enum class FileAccess : unsigned char {
  kRead,         // files and directories
  kReadExecute,  // and start what is there
  kReadWrite,    // and everything but start
};

struct FileRule {
  const char* path;
  FileAccess access;
};

// The version that the kernel has; 0 when it has none or it is off.
int LandlockVersion();
// From this version on it also refuses truncation.
inline constexpr int kLandlockSeesTruncation = 3;

int ConfineFiles(const FileRule* rules, std::size_t count, int version);

}  // namespace mooring
