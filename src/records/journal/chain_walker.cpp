#include "records/journal/chain_walker.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "records/journal/record_codec.h"

namespace mooring::records {
namespace {

// Bytes from `from` up to the last one that is not zero. Mostly zeros: whole blocks are compared at
// once.
Result<std::uint64_t> CountWritten(File& file, std::uint64_t from, std::uint64_t size) {
  constexpr std::size_t kBlock = 4096;
  if (from >= size) return std::uint64_t{0};
  std::vector<std::byte> buffer(std::min<std::uint64_t>(64 * kBlock, size - from));
  const std::vector<std::byte> zeros(kBlock);
  std::uint64_t last = from;
  for (std::uint64_t at = from; at < size;) {
    ASSIGN_OR_RETURN(const std::size_t got, file.ReadAt(at, buffer));
    if (got == 0) break;
    for (std::size_t block = 0; block < got; block += kBlock) {
      const std::size_t bytes = std::min(kBlock, got - block);
      if (std::memcmp(buffer.data() + block, zeros.data(), bytes) == 0) continue;
      std::size_t i = bytes;
      while (buffer[block + i - 1] == std::byte{0}) --i;
      last = at + block + i;
    }
    at += got;
  }
  return last - from;
}

// The greatest synced_to of the whole commits behind the cursor's place.
Result<std::uint64_t> SyncedBehind(SegmentCursor& cursor, std::uint64_t size) {
  std::uint64_t synced = 0;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, cursor.Resync(size));
    if (!found) return synced;
    const std::uint64_t offset = cursor.offset();
    ASSIGN_OR_RETURN(const std::optional<RecordView> record, cursor.Next(size));
    if (record->head.kind == RecordKind::kCommit) {
      const std::optional<CommitFrame> frame = TakeCommit(record->payload);
      if (frame.has_value()) synced = std::max(synced, frame->synced_to);
    }
    cursor.Seek(offset);
  }
}

Status CheckTip(const SegmentCursor& cursor, const Anchor& anchor, const SegmentSummary& summary,
                bool tip_seen) {
  if (anchor.tip_segment != cursor.head().number || anchor.tip_end == 0 || tip_seen) return Ok();
  return cursor.DamageAt(summary.end, "it ends before a place that was durable: bytes " +
                                          std::to_string(anchor.tip_end));
}

}  // namespace

ChainWalker::ChainWalker(const SegmentHead& head) {
  committed_.chain = FirstChain(head);
  committed_.end = kSegmentHeadBytes;
}

std::optional<std::string_view> ChainWalker::CheckPlace(const RecordView& record,
                                                        std::uint32_t rows) const {
  const RecordHead& head = record.head;
  if (summary_.records != 0 && head.at_us < summary_.last_us) return "time goes back";
  if (head.kind == RecordKind::kBinding && head.first != summary_.bindings.size()) {
    return "a binding is missing before it";
  }
  if (head.kind != RecordKind::kDecisions) return std::nullopt;
  if (head.first != summary_.decisions || rows == 0) return "decisions are missing before it";
  if (head.binding >= summary_.bindings.size()) return "its binding is missing";
  return std::nullopt;
}

std::optional<std::string_view> ChainWalker::Take(const RecordView& record) {
  if (record.head.kind == RecordKind::kCommit) return TakeCommitRecord(record);
  if (record.head.kind > RecordKind::kOutcomes && record.head.kind != RecordKind::kBudget) {
    return "its kind is not known";
  }
  const std::uint32_t rows = RowsOf(record.head.kind, record.payload);
  if (const auto finding = CheckPlace(record, rows); finding.has_value()) return finding;
  if (!group_sum_.has_value()) {
    group_sum_.emplace();
    group_sum_->Update(committed_.chain);
  }
  group_sum_->Update(record.whole);
  summary_.Note(record.head, record.offset, rows);
  ++group_records_;
  return std::nullopt;
}

std::optional<std::string_view> ChainWalker::TakeCommitRecord(const RecordView& record) {
  const std::optional<CommitFrame> frame = TakeCommit(record.payload);
  if (!frame.has_value() || frame->group_start != committed_.end ||
      frame->records != group_records_ || frame->next_ordinal != summary_.decisions) {
    return "records are missing from its group";
  }
  Sha256 sum = group_sum_.has_value() ? std::move(*group_sum_) : Sha256();
  if (!group_sum_.has_value()) sum.Update(committed_.chain);
  group_sum_.reset();
  sum.Update(record.payload.subspan(sizeof(Digest)));
  if (sum.Finish() != frame->chain) return "the chain does not match: its group was changed";
  group_records_ = 0;
  const std::uint64_t commits = committed_.commits + 1;
  committed_ = {};
  committed_.end = record.offset + record.whole.size();
  committed_.chain = frame->chain;
  committed_.commits = commits;
  committed_.records = summary_.records;
  committed_.outcomes = summary_.outcomes;
  committed_.refusals = summary_.refusals;
  committed_.decisions = summary_.decisions;
  committed_.first_us = summary_.first_us;
  committed_.last_us = summary_.last_us;
  committed_index_ = summary_.index.size();
  committed_bindings_ = summary_.bindings.size();
  return std::nullopt;
}

SegmentSummary ChainWalker::Committed() const {
  SegmentSummary summary = committed_;
  summary.index.assign(summary_.index.begin(),
                       summary_.index.begin() + static_cast<std::ptrdiff_t>(committed_index_));
  const auto bindings = static_cast<std::ptrdiff_t>(committed_bindings_);
  summary.bindings.assign(summary_.bindings.begin(), summary_.bindings.begin() + bindings);
  return summary;
}

Result<SegmentSummary> ScanTo(SegmentCursor& cursor, std::uint64_t end, const Digest& chain) {
  ChainWalker walker(cursor.head());
  cursor.Seek(kSegmentHeadBytes);
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<RecordView> record, cursor.Next(end));
    if (!record.has_value()) break;
    if (const auto finding = walker.Take(*record); finding.has_value()) {
      return cursor.DamageAt(record->offset, *finding);
    }
  }
  if (walker.end() != end || walker.chain() != chain) {
    return cursor.DamageAt(end, "the next segment does not continue its chain");
  }
  return walker.Committed();
}

Result<TailScan> ScanTail(SegmentCursor& cursor, const Anchor& anchor) {
  ASSIGN_OR_RETURN(const std::uint64_t size, cursor.file().Size());
  ChainWalker walker(cursor.head());
  TailScan scan;
  bool tip_seen = false;
  cursor.Seek(kSegmentHeadBytes);
  while (true) {
    const std::uint64_t offset = cursor.offset();
    const Result<std::optional<RecordView>> record = cursor.Next(size);
    if (!record.ok() && record.error().code() != Code::kDataLoss) return record.error();
    cursor.Seek(record.ok() ? cursor.offset() : offset);
    if (!record.ok() || !record->has_value()) break;
    if ((*record)->head.kind == RecordKind::kFooter) break;
    if (const auto finding = walker.Take(**record); finding.has_value()) {
      return cursor.DamageAt(offset, *finding);
    }
    if ((*record)->head.kind != RecordKind::kCommit) continue;
    scan.synced_to = TakeCommit((*record)->payload)->synced_to;
    if (walker.end() == anchor.tip_end && cursor.head().number == anchor.tip_segment) {
      tip_seen = walker.chain() == anchor.tip_chain;
    }
  }
  scan.summary = walker.Committed();
  const std::uint64_t broken_at = cursor.offset();
  ASSIGN_OR_RETURN(const std::uint64_t synced, SyncedBehind(cursor, size));
  if (synced > scan.summary.end) {
    return cursor.DamageAt(broken_at, "no whole record is here, and later ones were durable");
  }
  RETURN_IF_ERROR(CheckTip(cursor, anchor, scan.summary, tip_seen));
  ASSIGN_OR_RETURN(scan.torn_bytes, CountWritten(cursor.file(), scan.summary.end, size));
  return scan;
}

}  // namespace mooring::records
