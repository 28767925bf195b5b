#include "base/io/confined/syscall_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

namespace mooring {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArch = 0;
#endif
constexpr std::uint32_t kRefused = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t kAllowed = SECCOMP_RET_ALLOW;

bool Jumps(const sock_filter& step, std::uint32_t value) {
  switch (BPF_OP(step.code)) {
    case BPF_JEQ: return value == step.k;
    case BPF_JGT: return value > step.k;
    case BPF_JGE: return value >= step.k;
    case BPF_JSET: return (value & step.k) != 0;
    default: ADD_FAILURE() << "a jump that is not known"; return false;
  }
}

// What the kernel would answer: the four kinds of steps that our filters are made of.
std::uint32_t Ask(const std::vector<sock_filter>& filter, const seccomp_data& call) {
  std::uint32_t value = 0;
  for (std::size_t at = 0; at < filter.size(); ++at) {
    const sock_filter& step = filter[at];
    switch (BPF_CLASS(step.code)) {
      case BPF_LD:
        std::memcpy(&value, reinterpret_cast<const char*>(&call) + step.k, sizeof(value));
        break;
      case BPF_JMP: at += Jumps(step, value) ? step.jt : step.jf; break;
      case BPF_RET: return step.k;
      default: ADD_FAILURE() << "a step that is not known"; return 0;
    }
  }
  ADD_FAILURE() << "the filter has no end";
  return 0;
}

std::uint32_t Ask(const std::vector<sock_filter>& filter, long number,
                  std::vector<std::uint64_t> arguments = {}) {
  seccomp_data call = {};
  call.nr = static_cast<int>(number);
  call.arch = kArch;
  for (std::size_t i = 0; i < arguments.size(); ++i) call.args[i] = arguments[i];
  return Ask(filter, call);
}

class Filters : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!CanFilterSyscalls()) GTEST_SKIP() << "filters are made for x86-64 and AArch64 only";
  }
};

TEST_F(Filters, WhatOnlyComputesAndReadsIsAllowed) {
  const auto filter = MakeSyscallFilter({});
  for (const long number : {SYS_read, SYS_write, SYS_mmap, SYS_mprotect, SYS_futex, SYS_exit_group,
                            SYS_getrandom, SYS_close, SYS_clock_gettime, SYS_execve}) {
    EXPECT_EQ(Ask(filter, number), kAllowed) << number;
  }
}

TEST_F(Filters, WhatReachesOthersIsRefused) {
  const auto filter = MakeSyscallFilter({});
  for (const long number :
       {SYS_socket,   SYS_connect,     SYS_bind,        SYS_ptrace, SYS_process_vm_writev,
        SYS_mount,    SYS_setns,       SYS_unshare,     SYS_bpf,    SYS_keyctl,
        SYS_fchmodat, SYS_fchownat,    SYS_setuid,      SYS_shmget, SYS_rt_sigqueueinfo,
        SYS_tkill,    SYS_setpriority, SYS_personality, 425,        434,
        424}) {
    EXPECT_EQ(Ask(filter, number), kRefused) << number;
  }
}

TEST_F(Filters, ThreadsAreAllowedAndProcessesAreNot) {
  const auto filter = MakeSyscallFilter({});
  EXPECT_EQ(Ask(filter, SYS_clone, {CLONE_VM | CLONE_SIGHAND | CLONE_THREAD}), kAllowed);
  EXPECT_EQ(Ask(filter, SYS_clone, {SIGCHLD}), kRefused);
  EXPECT_EQ(Ask(filter, SYS_clone, {CLONE_VM | CLONE_VFORK | SIGCHLD}), kRefused);
  EXPECT_EQ(Ask(filter, 435), kUnknown) << "clone3: the C library falls back to clone";
}

TEST_F(Filters, SignalsGoToNobodyElse) {
  auto filter = MakeSyscallFilter({});
  SetOwnPid(filter.data(), filter.size(), 4711);
  for (const long number : {SYS_kill, SYS_tgkill}) {
    EXPECT_EQ(Ask(filter, number, {4711}), kAllowed);
    for (const std::uint64_t other : {0ULL, 1ULL, 4710ULL, 0xFFFFFFFFULL, 0xFFFFFFF7ULL}) {
      EXPECT_EQ(Ask(filter, number, {other}), kRefused) << other;
    }
  }
  EXPECT_EQ(Ask(filter, SYS_fcntl, {3, F_SETOWN, 1}), kRefused);
  EXPECT_EQ(Ask(filter, SYS_fcntl, {3, F_GETFL}), kAllowed);
  EXPECT_EQ(Ask(filter, SYS_prlimit64, {0}), kAllowed);
  EXPECT_EQ(Ask(filter, SYS_prlimit64, {4710}), kRefused);
}

TEST_F(Filters, WithoutLandlockNothingIsOpenedForWriting) {
  const auto open = MakeSyscallFilter({}), closed = MakeSyscallFilter({.refuse_writes = true});
  for (const std::uint64_t how : {O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC}) {
    EXPECT_EQ(Ask(open, SYS_openat, {0, 0, how}), kAllowed) << how;
    EXPECT_EQ(Ask(closed, SYS_openat, {0, 0, how}), kRefused) << how;
  }
  EXPECT_EQ(Ask(closed, SYS_openat, {0, 0, O_RDONLY | O_CLOEXEC | O_DIRECTORY}), kAllowed);
  EXPECT_EQ(Ask(closed, 437), kUnknown) << "openat2";
  for (const long number : {SYS_mkdirat, SYS_unlinkat, SYS_linkat, SYS_symlinkat, SYS_truncate}) {
    EXPECT_EQ(Ask(closed, number), kRefused) << number;
  }
}

TEST_F(Filters, ExecCanBeTakenAwayLater) {
  EXPECT_EQ(Ask(MakeExecFilter(), SYS_execve), kRefused);
  EXPECT_EQ(Ask(MakeExecFilter(), SYS_execveat), kRefused);
  EXPECT_EQ(Ask(MakeExecFilter(), SYS_read), kAllowed);
  EXPECT_EQ(Ask(MakeSyscallFilter({.refuse_exec = true}), SYS_execve), kRefused);
}

TEST_F(Filters, OtherInterfacesAndNewerCallsAreNotLetThrough) {
  const auto filter = MakeSyscallFilter({});
  seccomp_data foreign = {};
  foreign.arch = AUDIT_ARCH_I386;
  EXPECT_EQ(Ask(filter, foreign), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(Ask(filter, 463), kUnknown);
#if defined(__x86_64__)
  EXPECT_EQ(Ask(filter, 0x40000000L | SYS_socket), SECCOMP_RET_KILL_PROCESS) << "x32";
  EXPECT_EQ(Ask(filter, SYS_fork), kRefused);
  EXPECT_EQ(Ask(filter, SYS_vfork), kRefused);
#endif
}

TEST_F(Filters, FitWhatTheKernelTakes) {
  const auto filter = MakeSyscallFilter({.refuse_writes = true, .refuse_exec = true});
  EXPECT_LE(filter.size(), std::size_t{BPF_MAXINSNS});
}

}  // namespace
}  // namespace mooring
