// AppendQueue: where appended records wait for the writer, already with their ids, in the bytes
// that will be written. One short mutex: number the record, copy it, link its waiter.
//
// Thread safety: all of it from any thread; Take and the rest of the writer's side from one at a
// time.
// Failure: Add is kResourceExhausted when the queue is full and kUnavailable while it is closed.
// Complexity: Add is O(bytes); no allocation once the buffers have grown.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "records/journal/journal.h"
#include "records/journal/segment_format.h"

namespace mooring::records {

// One record, encoded outside of the lock. `payload` is padded already.
struct EncodedRecord {
  RecordKind kind = RecordKind::kDecisions;
  std::string_view payload;
  std::uint32_t size = 0;        // without the padding
  std::uint32_t payload_crc = 0;
  std::uint32_t rows = 0;
  Time at;
  const std::shared_ptr<const Binding>* binding = nullptr;  // decisions only
};

// What is written together, all in one segment.
struct Group {
  std::uint32_t segment = 0;
  std::string bytes;
  SegmentSummary facts;          // offsets from the group's start
  CommitWaiter* first_waiter = nullptr;
  CommitWaiter* last_waiter = nullptr;

  void Link(CommitWaiter* waiter);
  // Tells all waiters; none is left.
  void Tell(const Status& status) noexcept;
};

class AppendQueue {
 public:
  struct Options {
    std::uint16_t replica = 1;
    std::uint64_t epoch = 1;
    std::uint64_t segment_bytes = 0;
    std::uint64_t queue_bytes = 0;
  };
  explicit AppendQueue(const Options& options) : options_(options) {}

  Result<DecisionId> Add(const EncodedRecord& record, CommitWaiter* waiter);

  // --- the writer's side ---
  // Starts a segment from its first ordinal on and accepts records for it.
  void Open(std::uint32_t segment);
  // Refuses records with `why` and gives what was queued.
  void Close(const Error& why, std::vector<Group>& out);
  // Takes all that is queued; false when that is nothing. `out` must hold no waiters; its memory is
  // used for the next groups.
  bool Take(std::vector<Group>& out);
  // Until something is queued, Wake is called, or the time is over.
  void Wait(std::chrono::milliseconds at_most);
  void Wake();
  // Wakes the writer when it sleeps although something is queued.
  void Kick();
  // The calling thread's records wake nobody from now on: it calls Kick, or commits, after a batch.
  static void PromiseToKick();
  // Records are never older than this; set once before the first Open.
  void SetLastTime(std::int64_t at_us) { last_us_ = at_us; }
  std::uint64_t queued_bytes() const;

 private:
  Group& BackFor(std::uint64_t bytes, std::uint32_t rows);
  void StartSegment(std::uint32_t segment);
  std::uint16_t NumberOf(const std::shared_ptr<const Binding>& binding);
  void Put(Group& group, RecordHead head, std::string_view payload, std::uint32_t rows);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  bool writer_waits_ = false;
  bool woken_ = false;
  std::optional<Error> closed_ = Error(Code::kUnavailable, "the journal is not open yet");
  std::vector<Group> groups_;      // never empty while open; the last takes records
  std::size_t queued_ = 0;         // bytes in groups_
  std::uint32_t segment_ = 0, salt_ = 0, next_ordinal_ = 0;
  std::uint64_t segment_used_ = 0;
  std::int64_t last_us_ = 0;
  std::vector<std::shared_ptr<const Binding>> bindings_;  // of the segment, by number
};

}  // namespace mooring::records
