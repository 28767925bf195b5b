#include "base/io/confined/syscall_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>

namespace mooring {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArch = 0;
#endif

constexpr std::uint32_t kNewestKnown = 462;  // mseal; what came later nobody has looked at
constexpr std::uint32_t kX32 = 0x40000000;
constexpr std::uint32_t kOwnPid = 0xFFFFFFF7;  // no pid is as large
constexpr std::uint32_t kRefused = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;

constexpr std::uint32_t kRefusedCalls[] = {
    // The network: no socket is ever made, and none comes from elsewhere.
    SYS_socket,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    // Other processes.
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_setpgid,
    SYS_setsid,
    SYS_setpriority,
    SYS_sched_setparam,
    SYS_sched_setscheduler,
    SYS_sched_setattr,
    SYS_sched_setaffinity,
    SYS_ioprio_set,
    SYS_move_pages,
    SYS_migrate_pages,
    SYS_setrlimit,
    434 /* pidfd_open */,
    424 /* pidfd_send_signal */,
    438 /* pidfd_getfd */,
    440 /* process_madvise */,
    448 /* process_mrelease */,
    // The machine.
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_acct,
    SYS_quotactl,
    SYS_syslog,
    SYS_personality,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_lookup_dcookie,
    SYS_vhangup,
    SYS_nfsservctl,
    SYS_sync,
    SYS_syncfs,
    SYS_fanotify_init,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    425 /* io_uring_setup */,
    426 /* io_uring_enter */,
    427 /* io_uring_register */,
    428 /* open_tree */,
    429 /* move_mount */,
    430 /* fsopen */,
    431 /* fsconfig */,
    432 /* fsmount */,
    433 /* fspick */,
    442 /* mount_setattr */,
    443 /* quotactl_fd */,
    // Identities.
    SYS_setuid,
    SYS_setgid,
    SYS_setreuid,
    SYS_setregid,
    SYS_setresuid,
    SYS_setresgid,
    SYS_setfsuid,
    SYS_setfsgid,
    SYS_setgroups,
    SYS_capset,
    // Objects that outlive the process or belong to all of the user's.
    SYS_shmget,
    SYS_shmat,
    SYS_shmctl,
    SYS_semget,
    SYS_semctl,
    SYS_semop,
    SYS_semtimedop,
    SYS_msgget,
    SYS_msgsnd,
    SYS_msgrcv,
    SYS_msgctl,
    SYS_mq_open,
    SYS_mq_unlink,
    // What Landlock does not see of files: owners, modes, times, attributes, devices.
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_fchownat,
    SYS_utimensat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    SYS_mknodat,
    452 /* fchmodat2 */,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
    SYS_utime,
    SYS_utimes,
    SYS_futimesat,
    SYS_mknod,
    SYS_uselib,
    SYS_ustat,
    SYS_sysfs,
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
    SYS_kexec_file_load,
#endif
};

constexpr std::uint32_t kWritingCalls[] = {
    SYS_mkdirat,  SYS_unlinkat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_truncate,
#if defined(__x86_64__)
    SYS_renameat, SYS_mkdir,    SYS_rmdir,     SYS_unlink, SYS_rename,    SYS_link,
    SYS_symlink,  SYS_creat,
#elif defined(__aarch64__)
    SYS_renameat,
#endif
};

using Filter = std::vector<sock_filter>;

constexpr std::uint32_t LowHalf(std::uint32_t argument) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) + 8 * argument;
}

void Load(Filter& filter, std::uint32_t offset) {
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

void LoadNumber(Filter& filter) { Load(filter, offsetof(seccomp_data, nr)); }

void Return(Filter& filter, std::uint32_t what) {
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, what));
}

// `what` when the accumulator equals `value`.
void ReturnIfEqual(Filter& filter, std::uint32_t value, std::uint32_t what) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
  Return(filter, what);
}

// For the call `number` alone: refused unless its argument equals `value`.
void RefuseUnlessEqual(Filter& filter, std::uint32_t number, std::uint32_t argument,
                       std::uint32_t value) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
  Load(filter, LowHalf(argument));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
  Return(filter, kRefused);
  LoadNumber(filter);
}

void RefuseIfEqual(Filter& filter, std::uint32_t number, std::uint32_t argument,
                   std::uint32_t value) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
  Load(filter, LowHalf(argument));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
  Return(filter, kRefused);
  LoadNumber(filter);
}

// The same: refused when any of the bits is set (or, with `wanted`, when none is).
void RefuseOnBits(Filter& filter, std::uint32_t number, std::uint32_t argument, std::uint32_t bits,
                  bool wanted = false) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
  Load(filter, LowHalf(argument));
  const std::uint8_t set = wanted ? 1 : 0;
  filter.push_back(
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, set, static_cast<std::uint8_t>(1 - set)));
  Return(filter, kRefused);
  LoadNumber(filter);
}

void AddExec(Filter& filter) {
  ReturnIfEqual(filter, SYS_execve, kRefused);
  ReturnIfEqual(filter, SYS_execveat, kRefused);
}

// A descriptor that becomes readable can send any signal to its owner, whoever that is made.
void AddSignalOwners(Filter& filter) {
  for (const std::uint32_t command :
       {8U /* F_SETOWN */, 10U /* F_SETSIG */, 15U /* F_SETOWN_EX */}) {
    RefuseIfEqual(filter, SYS_fcntl, 1, command);
  }
  for (const std::uint32_t request :
       {0x8901U /* FIOSETOWN */, 0x8902U /* SIOCSPGRP */, 0x5412U /* TIOCSTI */}) {
    RefuseIfEqual(filter, SYS_ioctl, 1, request);
  }
}

void AddWrites(Filter& filter) {
  for (const std::uint32_t number : kWritingCalls) ReturnIfEqual(filter, number, kRefused);
  constexpr std::uint32_t kWrites = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
  RefuseOnBits(filter, SYS_openat, 2, kWrites);
  ReturnIfEqual(filter, 437 /* openat2: its flags are in memory */, kUnknown);
#if defined(__x86_64__)
  RefuseOnBits(filter, SYS_open, 1, kWrites);
#endif
}

void Begin(Filter& filter) {
  Load(filter, offsetof(seccomp_data, arch));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArch, 1, 0));
  Return(filter, SECCOMP_RET_KILL_PROCESS);
  LoadNumber(filter);
#if defined(__x86_64__)
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kX32, 0, 1));
  Return(filter, SECCOMP_RET_KILL_PROCESS);
#endif
}

}  // namespace

bool CanFilterSyscalls() { return kArch != 0; }

std::vector<sock_filter> MakeSyscallFilter(SyscallRules rules) {
  Filter filter;
  if (!CanFilterSyscalls()) return filter;
  Begin(filter);
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, kNewestKnown, 0, 1));
  Return(filter, kUnknown);
  for (const std::uint32_t number : kRefusedCalls) ReturnIfEqual(filter, number, kRefused);
  // Its flags are in memory, where a filter cannot look: the C library falls back to clone.
  ReturnIfEqual(filter, 435 /* clone3 */, kUnknown);
  RefuseOnBits(filter, SYS_clone, 0, CLONE_THREAD, true);
  RefuseUnlessEqual(filter, SYS_kill, 0, kOwnPid);
  RefuseUnlessEqual(filter, SYS_tgkill, 0, kOwnPid);
  RefuseUnlessEqual(filter, SYS_prlimit64, 0, 0);
  AddSignalOwners(filter);
  if (rules.refuse_writes) AddWrites(filter);
  if (rules.refuse_exec) AddExec(filter);
  Return(filter, SECCOMP_RET_ALLOW);
  return filter;
}

std::vector<sock_filter> MakeExecFilter() {
  Filter filter;
  if (!CanFilterSyscalls()) return filter;
  Begin(filter);
  AddExec(filter);
  Return(filter, SECCOMP_RET_ALLOW);
  return filter;
}

void SetOwnPid(sock_filter* begin, std::size_t size, std::uint32_t pid) {
  for (std::size_t i = 0; i < size; ++i) {
    if (BPF_CLASS(begin[i].code) == BPF_JMP && begin[i].k == kOwnPid) begin[i].k = pid;
  }
}

}  // namespace mooring
