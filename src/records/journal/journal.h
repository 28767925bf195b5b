// Journal: the append-only record of every decision and outcome, durable before the answer leaves.
//
// One writer thread takes everything that is waiting, writes it with one pwrite, syncs it with one
// fdatasync and wakes the waiters (group commit, no added delay). Segments are pre-allocated;
// each record has a CRC-32C; each commit frame closes a SHA-256 chain. Sealed segments become
// Parquet (lake.h).
//
// Thread safety: Append* from any thread; they copy and return at once.
// Failure: a full queue is kResourceExhausted. After a failed write or sync the waiting records
// fail, the segment is poisoned, and a new one is opened; until that works every Append is
// kUnavailable. Budget: ≤ 1.5 µs CPU a record of 20 features, all in; no allocation in Append
// after warm-up.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/limits.h"
#include "base/result.h"
#include "records/journal/record.h"

namespace mooring::records {

// When an appended record counts as acknowledged.
enum class AckMode : std::uint8_t {
  kSynced,   // after fdatasync (default)
  kWritten,  // after write; synced at sync_interval
};

// Told once, on whichever thread commits, what became of an append. Must be quick, not throw, and
// not commit itself. Lives until told; may delete itself then. `next` is the journal's own.
class CommitWaiter {
 public:
  virtual ~CommitWaiter() = default;
  virtual void Committed(const Status& status) noexcept = 0;
  CommitWaiter* next = nullptr;
};

class JournalVisitor;  // reader.h

// Turns an identifier into its pseudonym before the first write.
class Pseudonymiser {
 public:
  virtual ~Pseudonymiser() = default;
  // 32 hex characters of HMAC-SHA-256(key, column name, 0x00, value).
  virtual std::string Pseudonym(std::string_view column, std::string_view value) const = 0;
};

// A place in the journal: everything before it has been read.
struct JournalPosition {
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;
  auto operator<=>(const JournalPosition&) const = default;
};

struct JournalStats {
  std::uint64_t records = 0, decisions = 0, outcomes = 0, refusals = 0, commits = 0, bytes = 0;
  std::uint64_t queued_bytes = 0;
  std::uint64_t sync_us_last = 0, sync_us_max = 0;
  std::uint64_t failed_commits = 0;  // writes, syncs or new segments that failed
  std::uint32_t segment = 0;         // being written; the next one while unhealthy
  bool healthy = true;               // Append would not be refused
  std::string problem;               // why not
};

// What recovery found when the journal was opened.
struct RecoveryReport {
  std::uint64_t segments = 0, decisions = 0, outcomes = 0, bytes = 0;
  std::uint64_t torn_bytes = 0;  // cut from the tail: never acknowledged
};

class Journal {
 public:
  struct Options {
    std::string directory;
    FileSystem* files = nullptr;                   // required
    const Clock* clock = nullptr;                  // required
    const Pseudonymiser* pseudonymiser = nullptr;  // needed when a binding pseudonymises
    std::uint16_t replica = 1;
    AckMode ack = AckMode::kSynced;
    std::chrono::milliseconds sync_interval{5};  // kWritten only
    std::uint64_t segment_bytes = limits::kJournalSegmentBytes;
    std::uint64_t queue_bytes = limits::kJournalQueueBytes;
    bool own_thread = true;  // false: tests call CommitNow()
    // The newest segment that the lake, say, has read: a journal that ends before it would give ids
    // a second time, and is not opened (kDataLoss).
    struct Seen {
      std::uint32_t segment = 0;
      std::string by;
    };
    Seen seen;
    // Called on the committing thread after all waiters of a commit were told; wakes event loops
    // once a commit. May be empty.
    std::function<void()> after_commit;
  };
  // kConflict when another process has it open or it is another replica's; kDataLoss when segments
  // are missing or damaged: the journal is not opened, the error says where and what to do.
  static Result<std::unique_ptr<Journal>> Open(Options options);
  virtual ~Journal() = default;  // drains and syncs

  // Ids are given at once; the answer may leave only after `waiter` was told success. Without a
  // waiter nobody is told. After an error the waiter is not told. kTooLarge: over
  // kJournalRecordBytes.
  virtual Result<DecisionId> Append(const DecisionBlock& block, CommitWaiter* waiter) = 0;
  virtual Status Append(const Refusal& refusal, CommitWaiter* waiter) = 0;
  virtual Status Append(std::span<const Outcome> outcomes, CommitWaiter* waiter) = 0;
  virtual Status Append(const BudgetChange& change, CommitWaiter* waiter) = 0;

  // Writes (and with kSynced syncs) what is queued on the caller's thread and tells the waiters
  // there. From any thread, beside the writer thread too. Also tries to get a failed journal to
  // work again.
  virtual void CommitNow() = 0;

  // For threads that append in batches, after each batch: one commit for all of it. With kWritten
  // it is written on the caller's thread when no other commit is going on (syncs stay with the
  // writer thread); else the writer is woken. A thread that once called it promises to: from then
  // on its single appends wake nobody.
  virtual void CommitSoon() { CommitNow(); }

  // Everything before this place is durable.
  virtual JournalPosition Durable() const = 0;
  // Waits until Durable() is beyond `position`, the timeout or the stop; true when it is.
  virtual bool WaitBeyond(JournalPosition position, std::chrono::milliseconds timeout,
                          std::stop_token stop) = 0;
  // Reads the block of a committed decision by its id through an index in memory. kNotFound for an
  // id that was never given, is not committed yet, or whose segment is gone.
  virtual Status Read(DecisionId id, JournalVisitor& visitor) = 0;
  // Whether a committed decision was made after `at`; errors as Read. Answers from the index alone
  // unless `at` is within the few milliseconds around the decision.
  virtual Result<bool> WasDecidedAfter(DecisionId id, Time at);
  // Where to begin reading to meet what was recorded since `since`, or the newest `most` decisions
  // and outcomes when there were more: the start of a segment, so a little more is met. Reads no
  // file. A journal that does not know says its beginning.
  virtual JournalPosition Recent(Time since, std::uint64_t most) const;
  virtual JournalStats Stats() const = 0;
  virtual const RecoveryReport& Recovery() const = 0;
  // Drops whole sealed segments, oldest first, whose newest record is older than `before`; the
  // chain of the rest stays verifiable. Returns how many.
  virtual Result<std::size_t> DropBefore(Time before) = 0;
};

}  // namespace mooring::records
