#include "records/journal/append_queue.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "records/journal/record_codec.h"

namespace mooring::records {
namespace {

constexpr std::uint64_t kCommitBytes = sizeof(RecordHead) + sizeof(CommitFrame);

// This thread calls Kick after its batches.
thread_local bool kicks_later = false;

}  // namespace

void Group::Link(CommitWaiter* waiter) {
  if (waiter == nullptr) return;
  waiter->next = nullptr;
  (last_waiter == nullptr ? first_waiter : last_waiter->next) = waiter;
  last_waiter = waiter;
}

void Group::Tell(const Status& status) noexcept {
  CommitWaiter* waiter = std::exchange(first_waiter, nullptr);
  last_waiter = nullptr;
  while (waiter != nullptr) {
    CommitWaiter* const next = waiter->next;  // the waiter may be gone after it was told
    waiter->Committed(status);
    waiter = next;
  }
}

Result<DecisionId> AppendQueue::Add(const EncodedRecord& record, CommitWaiter* waiter) {
  const std::uint64_t bytes = sizeof(RecordHead) + record.payload.size();
  bool wake = false;
  DecisionId id;
  {
    const std::scoped_lock lock(mutex_);
    if (closed_.has_value()) return *closed_;
    if (queued_ != 0 && queued_ + bytes > options_.queue_bytes) {
      return Error(Code::kResourceExhausted, "the journal's queue is full")
          .Why("the disk is slower than the requests: " + std::to_string(queued_) + " bytes wait")
          .Help("come back later");
    }
    Group* group = &BackFor(bytes, record.rows);
    RecordHead head;
    head.kind = record.kind;
    head.size = record.size;
    head.payload_crc = record.payload_crc;
    last_us_ = std::max(last_us_, record.at.time_since_epoch().count());
    head.at_us = last_us_;
    if (record.kind == RecordKind::kDecisions) {
      head.binding = NumberOf(*record.binding);
      head.first = next_ordinal_;
      id = {options_.replica, segment_, next_ordinal_};
      next_ordinal_ += record.rows;
    }
    Put(*group, head, record.payload, record.rows);
    group->Link(waiter);
    wake = !kicks_later && std::exchange(writer_waits_, false);
  }
  if (wake) filled_.notify_one();
  return id;
}

Group& AppendQueue::BackFor(std::uint64_t bytes, std::uint32_t rows) {
  const bool full = segment_used_ + bytes + kCommitBytes > options_.segment_bytes &&
                    segment_used_ > kSegmentHeadBytes;
  const bool counted_out = next_ordinal_ > std::numeric_limits<std::uint32_t>::max() - rows ||
                           bindings_.size() == std::numeric_limits<std::uint16_t>::max();
  if (full || counted_out) {
    StartSegment(segment_ + 1);
    if (groups_.back().facts.records != 0) groups_.emplace_back();
    groups_.back().segment = segment_;
    groups_.back().facts.Clear(0);
  }
  return groups_.back();
}

void AppendQueue::StartSegment(std::uint32_t segment) {
  segment_ = segment;
  salt_ = SaltOf(options_.replica, segment, options_.epoch);
  next_ordinal_ = 0;
  segment_used_ = kSegmentHeadBytes;
  bindings_.clear();
}

std::uint16_t AppendQueue::NumberOf(const std::shared_ptr<const Binding>& binding) {
  for (std::size_t i = 0; i < bindings_.size(); ++i) {
    if (bindings_[i] == binding) return static_cast<std::uint16_t>(i);
  }
  // Rare: once per binding and segment, so encoding it under the lock is no matter.
  const auto number = static_cast<std::uint16_t>(bindings_.size());
  bindings_.push_back(binding);
  const Result<std::shared_ptr<const Binding>> stored = StoredBinding(*binding);
  CHECK(stored.ok());  // renaming no column, it cannot break the schema
  std::string payload;
  EncodeBinding(**stored, payload);
  RecordHead head;
  head.kind = RecordKind::kBinding;
  head.size = static_cast<std::uint32_t>(payload.size());
  head.first = number;
  head.at_us = last_us_;
  payload.resize(PaddedBytes(payload.size()), '\0');
  head.payload_crc = Crc32c(AsBytes(payload));
  Put(groups_.back(), head, payload, 0);
  return number;
}

void AppendQueue::Put(Group& group, RecordHead head, std::string_view payload, std::uint32_t rows) {
  const std::size_t offset = group.bytes.size();
  char bytes[sizeof(RecordHead)];
  PutHead(head, salt_, bytes);
  group.bytes.append(bytes, sizeof(bytes));
  group.bytes.append(payload);
  group.facts.Note(head, offset, rows);
  queued_ += sizeof(bytes) + payload.size();
  segment_used_ += sizeof(bytes) + payload.size();
}

void AppendQueue::Open(std::uint32_t segment) {
  const std::scoped_lock lock(mutex_);
  StartSegment(segment);
  groups_.resize(1);
  groups_[0].segment = segment;
  groups_[0].facts.Clear(0);
  closed_.reset();
}

void AppendQueue::Close(const Error& why, std::vector<Group>& out) {
  const std::scoped_lock lock(mutex_);
  closed_ = why;
  for (Group& group : groups_) out.push_back(std::move(group));
  groups_.clear();
  queued_ = 0;
}

bool AppendQueue::Take(std::vector<Group>& out) {
  // A group's buffers go back to work, unless one huge record made them huge.
  constexpr std::size_t kKeptBytes = 16 << 20;
  out.resize(1);
  Group& spare = out[0];
  DCHECK(spare.first_waiter == nullptr);
  spare.bytes.clear();
  if (spare.bytes.capacity() > kKeptBytes) spare.bytes.shrink_to_fit();
  const std::scoped_lock lock(mutex_);
  if (queued_ == 0) return false;
  spare.segment = segment_;
  spare.facts.Clear(next_ordinal_);
  std::swap(out, groups_);
  queued_ = 0;
  // What the writer adds: a commit frame a group and at most one mark.
  segment_used_ += 2 * kCommitBytes;
  return true;
}

void AppendQueue::Wait(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return queued_ != 0 || woken_; };
  writer_waits_ = !ready();
  if (writer_waits_) filled_.wait_for(lock, at_most, ready);
  writer_waits_ = false;
  woken_ = false;
}

void AppendQueue::Wake() {
  const std::scoped_lock lock(mutex_);
  woken_ = true;
  filled_.notify_one();
}

void AppendQueue::PromiseToKick() { kicks_later = true; }

void AppendQueue::Kick() {
  {
    const std::scoped_lock lock(mutex_);
    if (queued_ == 0 || !std::exchange(writer_waits_, false)) return;
  }
  filled_.notify_one();
}

std::uint64_t AppendQueue::queued_bytes() const {
  const std::scoped_lock lock(mutex_);
  return queued_;
}

}  // namespace mooring::records
