// ConfinedProcess: a program that we start and do not trust, such as an interpreter that runs a
// model of others. It talks over one socket that it finds as descriptor 3, and can do little else:
//
//   descriptors     0 is /dev/null, 1 and 2 a small file in memory that Said() reads; no others
//   session         its own; killed when the thread that started it ends
//   environment     exactly the given variables
//   limits          address space, size of a file, descriptors, no core; Usage() for the rest
//   privileges      none, and none to gain (no_new_privs, empty capability sets)
//   system calls    as syscall_filter.h: no sockets, processes, signals to others, mounts, …
//   files           only the given paths (Landlock). Without Landlock what it may read is not
//                   limited: confined_files() says which. Without it, or with one that is older
//                   than Linux 6.2, nothing can be written at all
//
// Not for programs that are trusted with the network or start others: child_process.h.
//
// Ownership: the destructor kills and reaps it. Thread safety: Kill, Usage and Ended from any
// thread; the socket belongs to one thread at a time. Failure: kFailedPrecondition when there is no
// such program or the machine cannot confine it, kResourceExhausted when the system gives no
// process.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/io/confined/syscall_filter.h"
#include "base/result.h"

namespace mooring {

class ConfinedProcess {
 public:
  struct Options {
    std::vector<std::string> arguments;    // [0] is the program, an absolute path
    std::vector<std::string> environment;  // "NAME=value"
    std::string directory;                 // where it starts and may write
    std::vector<std::string> readable;     // files and directories
    std::vector<std::string> executable;   // also readable
    std::uint64_t address_bytes = std::uint64_t{16} << 30;
    std::uint64_t file_bytes = std::uint64_t{64} << 20;
    bool use_landlock = true;  // false: as on a kernel without it
  };
  static Result<std::unique_ptr<ConfinedProcess>> Start(const Options& options);
  ~ConfinedProcess();
  ConfinedProcess(const ConfinedProcess&) = delete;
  ConfinedProcess& operator=(const ConfinedProcess&) = delete;

  pid_t pid() const { return pid_; }
  int socket() const { return socket_; }
  bool confined_files() const { return confined_files_; }

  void Kill();
  // True once it has ended, however it did; what was left of it is reaped by the destructor.
  bool Ended() const;
  struct Resources {
    std::uint64_t memory_bytes = 0;  // resident
    std::uint64_t threads = 0;
  };
  // Zeros when it has ended.
  Resources Usage() const;
  // What it wrote to stdout and stderr, the first 16 kB.
  std::string Said() const;

 private:
  ConfinedProcess(pid_t pid, int socket, int said, bool confined_files)
      : pid_(pid), socket_(socket), said_(said), confined_files_(confined_files) {}

  const pid_t pid_;
  const int socket_;
  const int said_;
  const bool confined_files_;
};

}  // namespace mooring
