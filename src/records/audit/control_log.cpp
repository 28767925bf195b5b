#include "records/audit/control_log.h"

#include <condition_variable>

#include "base/io/no_space.h"
#include "records/audit/control_entry.h"
#include "records/audit/signing_key.h"
#include "records/audit/waiting_entries.h"

namespace mooring::records {
namespace {

constexpr std::chrono::milliseconds kLockPoll{1};

Status AppendLine(FileSystem& files, const std::string& path, std::string line) {
  const bool absent = !files.Exists(path);
  ASSIGN_OR_RETURN(const auto file, files.Open(path, OpenMode::kReadWrite));
  ASSIGN_OR_RETURN(const std::uint64_t size, file->Size());
  char newest = '\n';
  if (size != 0) {
    ASSIGN_OR_RETURN(const std::size_t got,
                     file->ReadAt(size - 1, std::as_writable_bytes(std::span(&newest, 1))));
    if (got != 1) newest = 0;
  }
  if (newest != '\n') line.insert(line.begin(), '\n');  // behind a head that a crash tore
  RETURN_IF_ERROR(file->WriteAt(size, AsBytes(line)));
  RETURN_IF_ERROR(file->Sync());
  const std::size_t slash = path.rfind('/');
  return absent ? files.SyncDirectory(path.substr(0, slash)) : Ok();
}

}  // namespace

ControlLog::~ControlLog() {
  if (unsigned_ == 0) return;
  const auto head = SignHead();
  if (!head.ok()) Tell(head.error());
}

void ControlLog::Tell(const Error& error) const {
  if (options_.on_problem) options_.on_problem(error);
}

Result<std::unique_ptr<FileLock>> ControlLog::Lock() const {
  RETURN_IF_ERROR(options_.files->MakeDirectories(options_.directory));
  const std::string path = options_.directory + "/lock";
  // Tries are counted, not time: a simulated clock stands still.
  for (auto left = options_.wait;; left -= kLockPoll) {
    auto lock = options_.files->Lock(path);
    if (lock.ok() || lock.error().code() != Code::kConflict) return lock;
    if (left <= kLockPoll) break;
    std::mutex mutex;
    std::condition_variable wake;
    std::unique_lock guard(mutex);
    wake.wait_for(guard, kLockPoll, [] { return false; });
  }
  return Error(Code::kUnavailable, "the control log is being written by another process")
      .Where(path)
      .Help("try again");
}

Result<std::uint64_t> ControlLog::Append(const ControlEntry& entry) {
  auto appended = AppendUnderLock(entry);
  if (!appended.ok() && IsNoSpace(appended.error())) {
    Error full = NoSpaceFor("the control log", std::move(appended).error());
    appended = entry.never_waits ? Remember(entry, std::move(full)) : std::move(full);
  }
  // What is done already, or is done whatever is said here, cannot fail any more: somebody else is
  // told.
  const bool late = entry.outcome_of.has_value() || entry.never_waits;
  if (!appended.ok() && late) Tell(appended.error());
  return appended;
}

Result<std::uint64_t> ControlLog::AppendUnderLock(const ControlEntry& entry) {
  const std::lock_guard guard(mutex_);
  auto lock = Lock();
  if (!lock.ok()) return entry.never_waits ? Keep(entry, lock.error()) : lock.error();
  auto log = OpenSound();
  TakeWaiting(log);
  if (log.ok()) return AppendTo(*log, entry);
  const Error& found = log.error();
  if (!entry.never_waits || found.code() != Code::kDataLoss) return found;
  return AppendBehind(entry, found);
}

// What is done whatever is said here is in the log as soon as somebody has the lock.
Error ControlLog::Keep(const ControlEntry& entry, const Error& why) const {
  const Status kept =
      KeepWaiting(*options_.files, options_.directory, entry, options_.clock->Now());
  if (!kept.ok()) return kept.error();
  return Error(why.code(), "the control log is being written by another process: '" + entry.action +
                               "' waits, and is written behind it")
      .Where(WaitingDirectory(options_.directory));
}

Error ControlLog::Remember(const ControlEntry& entry, Error why) {
  const std::lock_guard guard(mutex_);
  if (unwritten_.size() >= kMostUnwritten) return why;
  unwritten_.push_back(entry);
  unwritten_.back().at = options_.clock->Now();
  std::string cause = why.why();
  return Error(why.code(), why.message() + ": '" + entry.action +
                               "' is kept in memory, and written once there is some")
      .Where(why.where())
      .Why(std::move(cause))
      .Help("free space on its disk before the program ends");
}

Status ControlLog::TakeUnwritten(Result<LogFile>& log) {
  while (!unwritten_.empty()) {
    ControlEntry entry = unwritten_.front();
    const std::string late = "written late, of " + FormatTime(entry.at);
    entry.detail += entry.detail.empty() ? late : "; " + late;
    if (log.ok()) {
      RETURN_IF_ERROR(AppendTo(*log, entry));
    } else {
      RETURN_IF_ERROR(AppendBehind(entry, log.error()));
    }
    unwritten_.pop_front();
  }
  return Ok();
}

void ControlLog::TakeWaiting(Result<LogFile>& log) {
  if (!log.ok() && log.error().code() != Code::kDataLoss) return;
  if (!TakeUnwritten(log).ok()) return;  // the disk is full still: who appends is told
  const Status taken = records::WriteWaiting(*options_.files, options_.directory,
                                             [&](const ControlEntry& entry) -> Status {
                                               if (log.ok()) {
                                                 RETURN_IF_ERROR(AppendTo(*log, entry));
                                               } else {
                                                 RETURN_IF_ERROR(AppendBehind(entry, log.error()));
                                               }
                                               return Ok();
                                             });
  if (!taken.ok()) Tell(taken.error());
}

Status ControlLog::WriteWaiting() {
  const std::lock_guard guard(mutex_);
  if (unwritten_.empty() && !AnyWaiting(*options_.files, options_.directory)) return Ok();
  ASSIGN_OR_RETURN(const auto lock, Lock());
  auto log = OpenSound();
  TakeWaiting(log);
  if (!log.ok()) return std::move(log).error();
  return Ok();
}

Result<std::uint64_t> ControlLog::AppendBehind(const ControlEntry& entry, const Error& found) {
  auto behind =
      AppendAfterDamage(*options_.files, options_.directory, entry, found, options_.clock->Now());
  if (behind.ok()) {
    Tell(Error(Code::kDataLoss,
               "the control log is damaged: '" + entry.action + "' was written behind it")
             .Where(AfterDamageDirectory(options_.directory)));
  }
  return behind;
}

// Nothing is signed or written behind what is not known to be whole.
Result<LogFile> ControlLog::OpenSound() {
  Status sound = CheckDamageNote(*options_.files, options_.directory);
  if (!sound.ok()) {
    checked_ = false;
    return std::move(sound).error();
  }
  auto log = LogFile::Open(*options_.files, options_.directory);
  if (!log.ok()) {
    sound = log.error();
  } else {
    if (!log->repaired().empty()) {
      Tell(Error(Code::kDataLoss, "the control log was mended after a crash: " + log->repaired())
               .Where(ControlLogPath(options_.directory)));
    }
    if (!checked_) sound = CheckWholeLog(*options_.files, options_.directory);
  }
  checked_ = sound.ok();
  if (sound.ok()) return log;
  if (sound.error().code() == Code::kDataLoss) {
    const Status noted =
        WriteDamageNote(*options_.files, options_.directory, sound.error(), options_.clock->Now());
    if (!noted.ok()) Tell(noted.error());
  }
  return std::move(sound).error();
}

Result<std::uint64_t> ControlLog::AppendTo(LogFile& log, const ControlEntry& entry) {
  ControlEntry numbered = entry;
  numbered.sequence = log.durable().place.records;
  numbered.at = options_.clock->Now();
  RETURN_IF_ERROR(log.Append(EncodeEntry(numbered)));
  ++unsigned_;
  const LogMark& durable = log.durable();
  if (durable.place.records % options_.sign_every == 0) SignOrTell(durable);
  return numbered.sequence;
}

void ControlLog::SignOrTell(const LogMark& durable) {
  const auto head = SignUnderLock(durable);
  if (head.ok()) unsigned_ = 0;
  if (!head.ok()) Tell(head.error());
}

Result<TreeHead> ControlLog::SignUnderLock(const LogMark& durable) const {
  ASSIGN_OR_RETURN(const SigningKey key, OpenSigningKey(*options_.files, options_.directory));
  TreeHasher hasher;
  TreeHead head{.size = durable.place.records,
                .chain = durable.place.chain,
                .root = durable.tree.Root(hasher),
                .time = options_.clock->Now()};
  Sign(key, head);
  RETURN_IF_ERROR(
      AppendLine(*options_.files, HeadsPath(options_.directory), EncodeHead(head) + "\n"));
  return head;
}

Result<TreeHead> ControlLog::SignHead() {
  const std::lock_guard guard(mutex_);
  ASSIGN_OR_RETURN(const auto lock, Lock());
  ASSIGN_OR_RETURN(const LogFile log, OpenSound());
  auto head = SignUnderLock(log.durable());
  if (head.ok()) unsigned_ = 0;
  return head;
}

Status ControlLog::Check() {
  const std::lock_guard guard(mutex_);
  if (!options_.files->Exists(options_.directory)) return Ok();
  ASSIGN_OR_RETURN(const auto lock, Lock());
  checked_ = false;
  auto log = OpenSound();
  TakeWaiting(log);
  if (!log.ok()) return std::move(log).error();
  return Ok();
}

}  // namespace mooring::records
