// What a confined program may ask the kernel for: classic BPF for seccomp(2). Everything that only
// computes, allocates, reads and talks over what it was given stays; what reaches another process,
// the network, the file system's metadata or the machine answers EPERM, what is newer than this
// table ENOSYS.
//
// Refused: sockets and connections of every kind, new processes (threads stay), signals to others,
// tracing and other processes' memory or limits, mounts, namespaces, keys, modules, io_uring, BPF,
// performance counters, SysV and POSIX message objects, owners, modes, times and attributes of
// files, priorities. A program of the 32-bit or x32 interface is killed.
//
// Thread safety: pure functions; SetOwnPid and the arrays may be used between fork and exec.
// Failure: none; x86-64 and AArch64 are known (CanFilterSyscalls), elsewhere the list is empty.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace mooring {

struct SyscallRules {
  // Also refuse to open anything for writing, and to make, remove or rename files: for kernels
  // without Landlock.
  bool refuse_writes = false;
  // Also refuse execve: for after the program's own start.
  bool refuse_exec = false;
};

bool CanFilterSyscalls();

// Ends with "allow". Compares pids with kOwnPid until SetOwnPid was called.
std::vector<sock_filter> MakeSyscallFilter(SyscallRules rules);
// Execve and execveat alone, for a program that has started: filters add up.
std::vector<sock_filter> MakeExecFilter();

// Puts the pid that signals may go to in place of the mark. Async-signal-safe.
void SetOwnPid(sock_filter* begin, std::size_t size, std::uint32_t pid);

}  // namespace mooring
