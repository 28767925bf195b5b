#include "records/journal/segment_journal.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/io/no_space.h"
#include "records/journal/lookup.h"
#include "records/journal/record_codec.h"
#include "records/journal/segment_cursor.h"

namespace mooring::records {
namespace {

// How long an idle writer sleeps, how soon a journal that failed tries again, and how soon a writer
// that ran out of work says so on disk.
constexpr std::chrono::milliseconds kIdleWait{1000}, kRetryWait{50}, kMarkWait{20};
// How often the writer looks whether its segment is still where it was made.
constexpr std::chrono::seconds kLookEvery{1};

// What a killed process wrote and never synced, or failed to sync, was read from memory: written
// again and synced, it is on the disk before anything is built on it.
Status MakeDurable(const Journal::Options& options, const Unsealed& tail) {
  ASSIGN_OR_RETURN(const auto file, options.files->Open(SegmentPath(options.directory, tail.number),
                                                        OpenMode::kReadWrite));
  std::vector<std::byte> bytes(256 * 1024);
  for (std::uint64_t at = tail.synced_to; at < tail.summary.end;) {
    const std::uint64_t size = std::min<std::uint64_t>(bytes.size(), tail.summary.end - at);
    ASSIGN_OR_RETURN(const std::size_t got, file->ReadAt(at, std::span(bytes).first(size)));
    if (got != size) return Error(Code::kUnavailable, "the journal's tail cannot be read again");
    RETURN_IF_ERROR(file->WriteAt(at, std::span(bytes).first(size)));
    at += size;
  }
  return file->Sync();
}

}  // namespace

SegmentJournal::SegmentJournal(Options options, std::unique_ptr<FileLock> lock,
                               RecoveredJournal recovered)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      recovery_(recovered.report),
      queue_({options_.replica, recovered.epoch + 1, options_.segment_bytes, options_.queue_bytes}),
      anchor_(recovered.anchor),
      epoch_(recovered.epoch + 1),
      end_(recovered.end),
      segments_(std::move(recovered.segments)) {
  queue_.SetLastTime(recovered.last_us);
}

Status SegmentJournal::Start(const std::vector<Unsealed>& unsealed) {
  const std::scoped_lock lock(commit_mutex_);
  for (const Unsealed& old : unsealed) {
    if (old.number == end_.segment) RETURN_IF_ERROR(MakeDurable(options_, old));
  }
  RETURN_IF_ERROR(BeginSegment());
  queue_.Open(writer_->number());
  // Now that the new head says where the last segment ends, its torn tail may go. A footer that
  // cannot be written is no loss: the next start scans instead.
  for (const Unsealed& old : unsealed) {
    const auto file =
        options_.files->Open(SegmentPath(options_.directory, old.number), OpenMode::kReadWrite);
    if (file.ok()) static_cast<void>(SealSegment(**file, old.salt, old.summary));
  }
  if (options_.own_thread) {
    thread_ = NamedThread("journal", [this](const std::stop_token& stop) { Run(stop); });
  }
  return Ok();
}

SegmentJournal::~SegmentJournal() {
  if (thread_.IsRunning()) {
    thread_.RequestStop();
    queue_.Wake();
    thread_.Join();
  }
  std::unique_lock turn(commit_mutex_);
  CommitGroups(turn);
  Close();
}

void SegmentJournal::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    queue_.Wait(WaitTime());
    CommitNow();
  }
}

std::chrono::milliseconds SegmentJournal::WaitTime() const {
  const std::scoped_lock lock(commit_mutex_);
  if (writer_ == nullptr) return kRetryWait;
  if (writer_->dirty()) return options_.sync_interval;
  return writer_->marked() ? kIdleWait : kMarkWait;
}

void SegmentJournal::CommitNow() {
  {
    std::unique_lock turn(commit_mutex_);
    CommitGroups(turn);
  }
  if (options_.after_commit) options_.after_commit();
}

void SegmentJournal::CommitSoon() {
  AppendQueue::PromiseToKick();
  std::unique_lock lock(commit_mutex_, std::defer_lock);
  if (options_.ack != AckMode::kWritten || !lock.try_lock() || writer_ == nullptr) {
    if (lock.owns_lock()) lock.unlock();
    return queue_.Kick();
  }
  const bool was_clean = !writer_->dirty();
  const std::optional<bool> wrote = WriteGroups();
  callers_wrote_ = callers_wrote_ || wrote.value_or(false);
  // The writer thread times the syncs, and sleeps long while there is nothing to sync.
  const bool sync_is_due = was_clean && writer_ != nullptr && writer_->dirty();
  lock.unlock();
  if (sync_is_due) queue_.Wake();
  // Those who wait are told of a failure as of a commit.
  if (wrote.value_or(true) && options_.after_commit) options_.after_commit();
}

std::optional<bool> SegmentJournal::WriteGroups() {
  if (!queue_.Take(groups_)) return false;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].facts.records == 0) continue;
    if (Status done = CommitGroup(groups_[i]); !done.ok()) {
      FailFrom(i, done.error());
      return std::nullopt;
    }
    groups_[i].Tell(Ok());
  }
  return true;
}

void SegmentJournal::CommitGroups(std::unique_lock<std::mutex>& turn) {
  if (writer_ == nullptr) TryReopen();
  if (writer_ != nullptr && options_.clock->Monotonic() - last_look_ >= kLookEvery) {
    if (Status there = CheckPlace(); !there.ok()) FailFrom(groups_.size(), there.error());
  }
  const std::optional<bool> wrote = WriteGroups();
  if (!wrote.has_value()) return;
  const bool busy = std::exchange(callers_wrote_, false) || *wrote;
  if (writer_ == nullptr) return;
  const bool due =
      writer_->dirty() && options_.clock->Monotonic() - last_sync_ >= options_.sync_interval;
  Status tidy = Ok();
  if (due) tidy = options_.ack == AckMode::kWritten ? SyncAside(turn) : SyncNow();
  if (tidy.ok() && writer_ == nullptr) return;  // lost while the sync went on
  // Nothing came for a while: say on disk that all of this was durable, so that later damage to it
  // is told apart from a torn write. Under load the next group's commit says it.
  if (tidy.ok() && !busy) tidy = writer_->MarkSynced();
  if (!tidy.ok()) return FailFrom(0, tidy.error());
  SealOld();
}

Status SegmentJournal::CommitGroup(Group& group) {
  if (writer_->number() != group.segment) RETURN_IF_ERROR(RollTo(group.segment));
  RETURN_IF_ERROR(writer_->Write(group.bytes, group.facts));
  const Nanos start = options_.clock->Monotonic();
  if (options_.ack == AckMode::kSynced) RETURN_IF_ERROR(SyncWriter());
  NoteGroup(group);
  // Last: who follows what is durable looks it up at once.
  if (options_.ack == AckMode::kSynced) NoteDurable(start);
  return Ok();
}

void SegmentJournal::NoteGroup(const Group& group) {
  const std::scoped_lock lock(facts_mutex_);
  ++stats_.commits;
  stats_.records += group.facts.records;
  stats_.outcomes += group.facts.outcomes;
  stats_.refusals += group.facts.refusals;
  stats_.bytes += group.bytes.size();
  SegmentFacts& facts = segments_.back();
  stats_.decisions += group.facts.decisions - facts.decisions;
  facts = {facts.number,
           group.facts.decisions,
           facts.empty ? group.facts.first_us : facts.first_us,
           group.facts.last_us,
           false,
           facts.outcomes + group.facts.outcomes};
  const SegmentSummary& summary = writer_->summary();
  live_index_.insert(live_index_.end(),
                     summary.index.begin() + static_cast<std::ptrdiff_t>(live_index_.size()),
                     summary.index.end());
  if (live_bindings_.size() != summary.bindings.size()) live_bindings_ = summary.bindings;
}

Status SegmentJournal::SyncNow() {
  const Nanos start = options_.clock->Monotonic();
  RETURN_IF_ERROR(SyncWriter());
  NoteDurable(start);
  return Ok();
}

Status SegmentJournal::SyncWriter() {
  {
    // A failure is reported by the system once: the sync aside may have had the one that is ours.
    const std::scoped_lock aside(aside_mutex_);
    if (aside_failed_.has_value()) return *aside_failed_;
  }
  return writer_->Sync();
}

Status SegmentJournal::SyncAside(std::unique_lock<std::mutex>& turn) {
  const Nanos start = last_sync_ = options_.clock->Monotonic();
  const SegmentWriter::Written written = writer_->BeginSync();
  std::unique_lock aside(aside_mutex_);
  turn.unlock();
  const Status synced = written.file->Sync();
  if (!synced.ok()) aside_failed_ = synced.error();
  aside.unlock();
  turn.lock();
  // Meanwhile the segment may have been lost, or completed with a sync of its own.
  if (writer_ == nullptr || writer_->number() != written.end.segment) return Ok();
  if (!synced.ok()) return synced;
  writer_->NoteSynced(written);
  NoteDurable(start);
  return Ok();
}

Status SegmentJournal::CheckPlace() {
  last_look_ = options_.clock->Monotonic();
  Lost lost{writer_->BeginSync().file, SegmentPath(options_.directory, writer_->number())};
  if (const auto is_at = lost.file->IsAt(lost.path); !is_at.ok() || *is_at) return Ok();
  // What was answered is in the file still, and counts should it be put back.
  if (!writer_->at_synced_end()) static_cast<void>(SyncNow());
  Error gone(Code::kUnavailable, lost.path + " was removed or moved while it was written");
  lost_ = std::move(lost);
  return gone;
}

void SegmentJournal::NoteDurable(Nanos start) {
  last_sync_ = options_.clock->Monotonic();
  end_ = writer_->synced();
  const auto took = static_cast<std::uint64_t>((last_sync_ - start).count() / 1000);
  const std::scoped_lock lock(facts_mutex_);
  stats_.sync_us_last = took;
  stats_.sync_us_max = std::max(stats_.sync_us_max, took);
  durable_ = {end_.segment, end_.end};
  durable_moved_.notify_all();
}

Status SegmentJournal::RollTo(std::uint32_t segment) {
  CHECK(segment == writer_->number() + 1);
  RETURN_IF_ERROR(CheckPlace());
  if (!writer_->at_synced_end()) RETURN_IF_ERROR(SyncNow());
  SealOld();
  sealing_ = std::move(writer_);
  return BeginSegment();
}

Status SegmentJournal::BeginSegment() {
  SegmentWriter::Options options{options_.files, options_.directory,     options_.replica,
                                 epoch_,         options_.segment_bytes, options_.clock->Now()};
  ASSIGN_OR_RETURN(auto writer, SegmentWriter::Begin(options, end_));
  Anchor anchor = anchor_;
  anchor.newest = writer->number();
  anchor.tip_segment = end_.segment;
  anchor.tip_end = end_.end;
  anchor.tip_chain = end_.chain;
  RETURN_IF_ERROR(WriteAnchor(*options_.files, options_.directory, anchor));
  anchor_ = anchor;
  writer_ = std::move(writer);
  end_ = writer_->synced();
  {
    const std::scoped_lock aside(aside_mutex_);  // of the old segment, whose file is done with
    aside_failed_.reset();
  }
  const std::scoped_lock lock(facts_mutex_);
  durable_ = {end_.segment, end_.end};
  stats_.segment = writer_->number();
  stats_.healthy = true;
  stats_.problem.clear();
  segments_.push_back({writer_->number(), 0, 0, 0, true, 0});
  live_index_.clear();
  live_bindings_.clear();
  live_.reset();
  durable_moved_.notify_all();
  return Ok();
}

void SegmentJournal::FailFrom(std::size_t first, const Error& why) {
  const bool full = IsNoSpace(why);
  const Error error =
      Error(Code::kUnavailable,
            full ? "no space left for the journal" : "the journal cannot be written")
          .Why(why.ToString())
          .Help(full
                    ? "nothing was decided; free space on its disk, and answers go on by themselves"
                    : "nothing was decided; come back when the disk works again");
  std::vector<Group> queued;
  queue_.Close(error, queued);
  writer_.reset();  // never synced again: what the system forgot, a second try would not notice
  SealOld();
  {
    const std::scoped_lock lock(facts_mutex_);
    ++stats_.failed_commits;
    stats_.healthy = false;
    stats_.problem = why.ToString();
    stats_.segment = end_.segment + 1;
  }
  for (; first < groups_.size(); ++first) groups_[first].Tell(error);
  for (Group& group : queued) group.Tell(error);
  TryReopen();
}

void SegmentJournal::TryReopen() {
  // Without the segments before it a new one would be no journal.
  if (const Result<bool> back =
          lost_.file == nullptr ? Result<bool>(true) : lost_.file->IsAt(lost_.path);
      back.ok() && *back) {
    lost_ = {};
    if (Status begun = BeginSegment(); begun.ok()) return queue_.Open(writer_->number());
  }
  const std::scoped_lock lock(facts_mutex_);
  ++stats_.failed_commits;
}

void SegmentJournal::SealOld() {
  if (sealing_ == nullptr) return;
  const std::unique_ptr<SegmentWriter> old = std::move(sealing_);
  static_cast<void>(old->Seal());  // without a footer the next start scans it
}

void SegmentJournal::Close() {
  SealOld();
  queue_.Close(Error(Code::kUnavailable, "the journal is closed"), groups_);
  if (writer_ == nullptr) return;
  if (!writer_->at_synced_end() && !SyncNow().ok()) return;
  if (!writer_->Seal().ok()) return;
  anchor_.tip_segment = end_.segment;
  anchor_.tip_end = end_.end;
  anchor_.tip_chain = end_.chain;
  static_cast<void>(WriteAnchor(*options_.files, options_.directory, anchor_));
}

JournalPosition SegmentJournal::Durable() const {
  const std::scoped_lock lock(facts_mutex_);
  return durable_;
}

bool SegmentJournal::WaitBeyond(JournalPosition position, std::chrono::milliseconds timeout,
                                std::stop_token stop) {
  std::unique_lock lock(facts_mutex_);
  return durable_moved_.wait_for(lock, std::move(stop), timeout,
                                 [&] { return durable_ > position; });
}

std::shared_ptr<const SegmentSummary> SegmentJournal::LiveSummary() {
  const SegmentFacts& facts = segments_.back();
  if (live_ == nullptr || live_->decisions != facts.decisions) {
    // Copied only when somebody asks, and at most once a commit.
    SegmentSummary copy;
    copy.decisions = facts.decisions;
    copy.first_us = facts.first_us;
    copy.last_us = facts.last_us;
    copy.index = live_index_;
    copy.bindings = live_bindings_;
    copy.end = std::numeric_limits<std::int64_t>::max();
    live_ = std::make_shared<const SegmentSummary>(std::move(copy));
  }
  return live_;
}

Result<std::shared_ptr<const SegmentSummary>> SegmentJournal::SummaryFor(DecisionId id) {
  const Error none = Error(Code::kNotFound, "no decision " + id.ToString());
  if (id.replica != options_.replica) return none;
  {
    const std::scoped_lock lock(facts_mutex_);
    const auto known = std::lower_bound(
        segments_.begin(), segments_.end(), id.segment,
        [](const SegmentFacts& facts, std::uint32_t number) { return facts.number < number; });
    if (known == segments_.end() || known->number != id.segment) return none;
    if (id.ordinal >= known->decisions) return none;
    if (id.segment == segments_.back().number) return LiveSummary();
  }
  const std::scoped_lock lock(sealed_mutex_);
  auto& cached = sealed_[id.segment];
  if (cached == nullptr) {
    auto summary = ReadSummary(*options_.files, options_.directory, id.segment);
    if (!summary.ok()) {
      sealed_.erase(id.segment);
      return std::move(summary).error();
    }
    cached = std::make_shared<const SegmentSummary>(std::move(summary).value());
  }
  const auto found = cached;
  constexpr std::size_t kKept = 32;
  if (sealed_.size() > kKept) {
    const bool is_first = sealed_.begin()->first == id.segment;
    sealed_.erase(is_first ? std::prev(sealed_.end()) : sealed_.begin());
  }
  return found;
}

Status SegmentJournal::Read(DecisionId id, JournalVisitor& visitor) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const SegmentSummary> summary, SummaryFor(id));
  ASSIGN_OR_RETURN(SegmentCursor cursor,
                   SegmentCursor::Open(*options_.files, options_.directory, id.segment));
  return ReadBlock(cursor, *summary, id.ordinal, visitor);
}

Result<bool> SegmentJournal::WasDecidedAfter(DecisionId id, Time at) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const SegmentSummary> summary, SummaryFor(id));
  const std::int64_t at_us = at.time_since_epoch().count();
  const std::vector<IndexEntry>& index = summary->index;
  const auto after = std::upper_bound(
      index.begin(), index.end(), id.ordinal,
      [](std::uint32_t wanted, const IndexEntry& entry) { return wanted < entry.ordinal; });
  if (after != index.begin() && std::prev(after)->at_us > at_us) return true;
  const std::int64_t latest = after == index.end() ? summary->last_us : after->at_us;
  if (latest <= at_us) return false;
  return Journal::WasDecidedAfter(id, at);
}

Result<std::size_t> SegmentJournal::DropBefore(Time before) {
  const std::scoped_lock turn(commit_mutex_);
  std::vector<std::uint32_t> dropped;
  {
    const std::scoped_lock lock(facts_mutex_);
    for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
      if (!segments_[i].empty && segments_[i].last_us >= before.time_since_epoch().count()) break;
      dropped.push_back(segments_[i].number);
    }
  }
  if (dropped.empty()) return std::size_t{0};
  ASSIGN_OR_RETURN(const SegmentCursor oldest,
                   SegmentCursor::Open(*options_.files, options_.directory, dropped.back() + 1));
  Anchor anchor = anchor_;
  anchor.oldest = oldest.head().number;
  anchor.oldest_chain = oldest.head().previous_chain;
  RETURN_IF_ERROR(WriteAnchor(*options_.files, options_.directory, anchor));
  anchor_ = anchor;
  {
    const std::scoped_lock lock(facts_mutex_);
    const auto gone = static_cast<std::ptrdiff_t>(dropped.size());
    segments_.erase(segments_.begin(), segments_.begin() + gone);
  }
  // From here on they are gone, whatever becomes of the files: the next start removes what is left.
  for (const std::uint32_t number : dropped) {
    static_cast<void>(options_.files->Remove(SegmentPath(options_.directory, number)));
  }
  RETURN_IF_ERROR(options_.files->SyncDirectory(options_.directory));
  return dropped.size();
}

JournalPosition SegmentJournal::Recent(Time since, std::uint64_t most) const {
  const std::scoped_lock lock(facts_mutex_);
  JournalPosition from;
  std::uint64_t met = 0;
  for (std::size_t i = segments_.size(); i-- > 0 && met < most;) {
    const SegmentFacts& facts = segments_[i];
    if (!facts.empty && facts.last_us < since.time_since_epoch().count()) break;
    from = {facts.number, 0};
    met += facts.decisions + facts.outcomes;
  }
  return from;
}

JournalStats SegmentJournal::Stats() const {
  const std::uint64_t queued = queue_.queued_bytes();
  const std::scoped_lock lock(facts_mutex_);
  JournalStats stats = stats_;
  stats.queued_bytes = queued;
  return stats;
}

}  // namespace mooring::records
