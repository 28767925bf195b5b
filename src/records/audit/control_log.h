// ControlLog: the control log of one data directory: who changed what, when, why and from where,
// append-only and hash-chained, written before the change. Give it as an AuditSink to whoever
// changes something; verify it with check_log.h, which needs neither this nor a server.
//
//   ControlLog log({.directory = paths.control, .files = &files, .clock = &clock});
//   ASSIGN_OR_RETURN(const std::uint64_t asked, log.Append(entry));    // durable on return
//
// Several processes may append to one directory: each append holds the file `lock` while it looks
// where the log ends and writes behind it. Nothing is touched before the first append. A tree head
// is signed every `sign_every` entries, on demand, and at the end when there are newer entries.
//
// The first append, and Check, read the whole log. Damage, once found, is noted in the directory:
// from then on every process refuses changes until people have moved the directory away, and writes
// what never waits behind it (log_damage.h).
//
// Thread safety: any thread, any process. Failure of Append: kUnavailable when the lock is held
// for longer than `wait` (what never waits is kept then, and in the log later), kDataLoss with the
// place for a log that is damaged, else what the disk says; the action that it was for must fail,
// unless it never waits. What opening mended, a head that cannot be signed, and an outcome or an
// entry that never waits and cannot be appended, are told to `on_problem`. Cost: four writes or
// syncs an entry, about a millisecond, independent of the log's length but for the first.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "records/audit/audit_sink.h"
#include "records/audit/log_damage.h"
#include "records/audit/log_file.h"
#include "records/audit/tree_head.h"

namespace mooring::records {

class ControlLog final : public AuditSink {
 public:
  struct Options {
    std::string directory;         // made when absent
    FileSystem* files = nullptr;   // required
    const Clock* clock = nullptr;  // required
    std::uint64_t sign_every = 64;
    std::chrono::milliseconds wait{5'000};
    std::function<void(const Error&)> on_problem = {};
  };
  explicit ControlLog(Options options) : options_(std::move(options)) {}
  ~ControlLog() override;
  ControlLog(const ControlLog&) = delete;
  ControlLog& operator=(const ControlLog&) = delete;

  // `sequence` and `at` are given here.
  Result<std::uint64_t> Append(const ControlEntry& entry) override;
  // A head over all that is durable, kept in the file `heads` too.
  Result<TreeHead> SignHead();
  // Opens, repairs and reads all of it; ok when there is no log yet. Appends only what waits.
  Status Check();
  // What never waits, and was done while another process held the lock (waiting_entries.h) or the
  // disk was full (kept in memory): every append writes it first; call this now and then where
  // there may be none for long.
  Status WriteWaiting();
  static constexpr std::size_t kMostUnwritten = 1000;  // in memory; those beyond are told alone

 private:
  Result<std::uint64_t> AppendUnderLock(const ControlEntry& entry);
  Result<std::uint64_t> AppendBehind(const ControlEntry& entry, const Error& found);
  Error Keep(const ControlEntry& entry, const Error& why) const;
  void TakeWaiting(Result<LogFile>& log);
  Status TakeUnwritten(Result<LogFile>& log);
  Error Remember(const ControlEntry& entry, Error why);
  Result<LogFile> OpenSound();
  Result<std::uint64_t> AppendTo(LogFile& log, const ControlEntry& entry);
  Result<std::unique_ptr<FileLock>> Lock() const;
  void Tell(const Error& error) const;
  Result<TreeHead> SignUnderLock(const LogMark& durable) const;
  void SignOrTell(const LogMark& durable);

  const Options options_;
  std::mutex mutex_;                    // guards what follows; the file lock is between processes
  bool checked_ = false;                // all of the log was read and is sound
  std::uint64_t unsigned_ = 0;          // entries of ours behind the newest head of ours
  std::deque<ControlEntry> unwritten_;  // that never wait, and the disk did not take
};

}  // namespace mooring::records
