// SegmentJournal: the Journal of journal.h on segment files. Only Journal::Open makes one.
//
// Append encodes on the caller's thread and queues; the writer (its own thread, or whoever calls
// CommitNow) takes the queue, writes one group a segment, syncs, tells the waiters. With kWritten
// the sync goes on beside the writes. Locks, never nested the other way round: commit_mutex_ (the
// writer's turn, held across I/O), then aside_mutex_ (held by a sync aside, which gives its turn
// back meanwhile), the queue's or facts_mutex_ (short).
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/threads/named_thread.h"
#include "records/journal/anchor.h"
#include "records/journal/append_queue.h"
#include "records/journal/journal.h"
#include "records/journal/recovery.h"
#include "records/journal/segment_writer.h"

namespace mooring::records {

class SegmentJournal final : public Journal {
 public:
  SegmentJournal(Options options, std::unique_ptr<FileLock> lock, RecoveredJournal recovered);
  // Seals what the last owner left, begins a segment, starts the thread.
  Status Start(const std::vector<Unsealed>& unsealed);
  ~SegmentJournal() override;

  Result<DecisionId> Append(const DecisionBlock& block, CommitWaiter* waiter) override;
  Status Append(const Refusal& refusal, CommitWaiter* waiter) override;
  Status Append(std::span<const Outcome> outcomes, CommitWaiter* waiter) override;
  Status Append(const BudgetChange& change, CommitWaiter* waiter) override;
  void CommitNow() override;
  void CommitSoon() override;
  JournalPosition Durable() const override;
  bool WaitBeyond(JournalPosition position, std::chrono::milliseconds timeout,
                  std::stop_token stop) override;
  Status Read(DecisionId id, JournalVisitor& visitor) override;
  Result<bool> WasDecidedAfter(DecisionId id, Time at) override;
  JournalPosition Recent(Time since, std::uint64_t most) const override;
  JournalStats Stats() const override;
  const RecoveryReport& Recovery() const override { return recovery_; }
  Result<std::size_t> DropBefore(Time before) override;

 private:
  void Run(const std::stop_token& stop);
  std::chrono::milliseconds WaitTime() const;

  // All below: under commit_mutex_.
  // Writes what is queued and tells its waiters: whether there was anything; nothing when it failed
  // (FailFrom was called).
  std::optional<bool> WriteGroups();
  void CommitGroups(std::unique_lock<std::mutex>& turn);
  Status CommitGroup(Group& group);
  void NoteGroup(const Group& group);  // so that its decisions are found
  Status SyncNow();                    // SyncWriter, NoteDurable
  Status SyncWriter();
  // Gives the turn back while the disk works, so that writes go on. What failed meanwhile in the
  // same segment is found by its next sync.
  Status SyncAside(std::unique_lock<std::mutex>& turn);
  void NoteDurable(Nanos start);
  // An error when the segment's path no longer is the file that is written.
  Status CheckPlace();
  Status RollTo(std::uint32_t segment);
  // The segment is lost or could not be begun: fails what waits and tries to go on in a new one.
  void FailFrom(std::size_t first, const Error& why);
  void TryReopen();
  Status BeginSegment();
  void SealOld();
  void Close();

  std::shared_ptr<const SegmentSummary> LiveSummary();  // under facts_mutex_
  // What is known of a segment without reading it through: live, cached or from its footer.
  Result<std::shared_ptr<const SegmentSummary>> SummaryFor(DecisionId id);

  const Options options_;
  const std::unique_ptr<FileLock> lock_;
  const RecoveryReport recovery_;
  AppendQueue queue_;

  mutable std::mutex commit_mutex_;
  Anchor anchor_;
  std::uint64_t epoch_ = 1;
  ChainEnd end_;                            // of the newest segment, durable
  std::unique_ptr<SegmentWriter> writer_;   // null: no usable segment
  std::unique_ptr<SegmentWriter> sealing_;  // complete, its footer still to be written
  std::vector<Group> groups_;
  Nanos last_sync_{0}, last_look_{0};
  struct Lost {
    std::shared_ptr<File> file;
    std::string path;
  };
  Lost lost_;                   // a segment that went away; nothing begins without it
  bool callers_wrote_ = false;  // since the writer thread's last turn

  std::mutex aside_mutex_;             // held while a sync aside goes on
  std::optional<Error> aside_failed_;  // of the segment being written

  mutable std::mutex facts_mutex_;
  std::condition_variable_any durable_moved_;
  JournalPosition durable_;
  JournalStats stats_;
  std::vector<SegmentFacts> segments_;  // the last is being written
  // Of the segment being written, up to its last commit.
  std::vector<IndexEntry> live_index_;
  std::vector<BindingPlace> live_bindings_;
  std::shared_ptr<const SegmentSummary> live_;  // a copy for look-ups; null: none asked

  std::mutex sealed_mutex_;
  std::map<std::uint32_t, std::shared_ptr<const SegmentSummary>> sealed_;  // recently looked at

  NamedThread thread_;
};

}  // namespace mooring::records
