#include "records/journal/segment_cursor.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"

namespace mooring::records {
namespace {

constexpr std::uint64_t kReadBytes = 256 * 1024;

}  // namespace

Result<SegmentCursor> SegmentCursor::Open(FileSystem& files, const std::string& directory,
                                          std::uint32_t number) {
  const std::string path = SegmentPath(directory, number);
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, files.Open(path, OpenMode::kRead));
  SegmentCursor cursor(std::move(file), path);
  ASSIGN_OR_RETURN(const ByteSpan bytes, cursor.Bytes(0, kSegmentHeadBytes, kSegmentHeadBytes));
  const std::optional<SegmentHead> head = TakeSegmentHead(bytes);
  if (!head.has_value()) return cursor.DamageAt(0, "the segment's head is damaged");
  if (head->version != kFormatVersion) {
    return Error(Code::kUnsupported, path + " has format version " + std::to_string(head->version))
        .Why("this program reads version " + std::to_string(kFormatVersion))
        .Help("use the program version that wrote it, or a newer one");
  }
  if (head->number != number) {
    return cursor.DamageAt(0, "the file is segment " + std::to_string(head->number));
  }
  cursor.head_ = *head;
  cursor.salt_ = SaltOf(head->replica, head->number, head->epoch);
  return cursor;
}

Error SegmentCursor::DamageAt(std::uint64_t offset, std::string_view what) const {
  // The file is named in the message too: not all who pass an error on tell where it was.
  const std::string name = path_.substr(path_.rfind('/') + 1);
  return Error(Code::kDataLoss, "journal segment " + name + " is damaged")
      .Where(path_ + ":" + std::to_string(offset))
      .Why(std::string(what))
      .Help("run 'mooring log verify' to see all that is damaged, then restore " + path_ +
            " from a copy");
}

Result<ByteSpan> SegmentCursor::Bytes(std::uint64_t offset, std::uint64_t wanted,
                                      std::uint64_t limit) {
  const bool inside = offset >= buffer_offset_ && offset + wanted <= buffer_offset_ + buffer_bytes_;
  if (!inside) {
    const std::uint64_t size = std::min(std::max(wanted, kReadBytes), limit - offset);
    if (buffer_.size() < size) buffer_.resize(size);
    ASSIGN_OR_RETURN(buffer_bytes_, file_->ReadAt(offset, std::span(buffer_).first(size)));
    buffer_offset_ = offset;
  }
  return ByteSpan(buffer_.data(), buffer_bytes_).subspan(offset - buffer_offset_);
}

Result<std::optional<RecordView>> SegmentCursor::Next(std::uint64_t limit) {
  if (offset_ >= limit) return std::optional<RecordView>();
  ASSIGN_OR_RETURN(ByteSpan bytes, Bytes(offset_, sizeof(RecordHead), limit));
  const std::optional<RecordHead> head = TakeHead(bytes, salt_);
  if (!head.has_value()) return DamageAt(offset_, "no whole record is here");
  const std::uint64_t size = RecordBytes(head->size);
  if (head->size > limits::kJournalRecordBytes || size > limit - offset_) {
    return DamageAt(offset_, "a record is longer than the segment");
  }
  if (bytes.size() < size) {
    ASSIGN_OR_RETURN(bytes, Bytes(offset_, size, limit));
    if (bytes.size() < size) return DamageAt(offset_, "a record is cut off by the file's end");
  }
  RecordView record;
  record.head = *head;
  record.whole = bytes.first(size);
  record.payload = record.whole.subspan(sizeof(RecordHead), head->size);
  record.offset = offset_;
  if (Crc32c(record.whole.subspan(sizeof(RecordHead))) != head->payload_crc) {
    return DamageAt(offset_, "a record's checksum does not match");
  }
  offset_ += size;
  return std::optional<RecordView>(record);
}

Result<std::optional<RecordHead>> SegmentCursor::SkipTo(RecordKind kind, std::uint64_t limit) {
  while (offset_ < limit) {
    ASSIGN_OR_RETURN(const ByteSpan bytes, Bytes(offset_, sizeof(RecordHead), limit));
    const std::optional<RecordHead> head = TakeHead(bytes, salt_);
    if (!head.has_value()) return DamageAt(offset_, "no whole record is here");
    if (head->kind == kind) return head;
    offset_ += RecordBytes(head->size);
  }
  return std::optional<RecordHead>();
}

Result<bool> SegmentCursor::Resync(std::uint64_t limit) {
  std::uint64_t at = (offset_ + 8) & ~std::uint64_t{7};
  while (at + sizeof(RecordHead) <= limit) {
    ASSIGN_OR_RETURN(const ByteSpan bytes, Bytes(at, kReadBytes, limit));
    if (bytes.size() < sizeof(RecordHead)) break;
    const std::uint64_t end = bytes.size() - sizeof(RecordHead);
    std::uint64_t step = 0;
    std::uint32_t marker = 0;
    for (; step <= end; step += 8) {
      std::memcpy(&marker, bytes.data() + step, sizeof(marker));
      if (marker == kRecordMarker && TakeHead(bytes.subspan(step), salt_).has_value()) break;
    }
    at += step;
    if (step > end) continue;
    offset_ = at;
    const auto record = Next(limit);
    offset_ = at;
    if (record.ok() && record->has_value()) return true;
    at += 8;
  }
  offset_ = limit;
  return false;
}

Result<std::optional<SegmentSummary>> SegmentCursor::ReadFooter() {
  const std::optional<SegmentSummary> none;
  ASSIGN_OR_RETURN(const std::uint64_t size, file_->Size());
  if (size < kSegmentHeadBytes + kTrailerBytes) return none;
  const std::uint64_t trailer_offset = size - kTrailerBytes;
  std::byte trailer[kTrailerBytes];
  ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(trailer_offset, trailer));
  if (got != kTrailerBytes) return none;
  const auto footer_offset = TakeTrailer(trailer, salt_);
  if (!footer_offset.has_value() || *footer_offset >= trailer_offset) return none;
  const std::uint64_t before = offset_;
  offset_ = *footer_offset;
  const auto record = Next(trailer_offset);
  offset_ = before;
  if (!record.ok() || !record->has_value()) return none;
  if ((*record)->head.kind != RecordKind::kFooter) return none;
  std::optional<SegmentSummary> summary = TakeSummary((*record)->payload);
  if (summary.has_value() && summary->end != *footer_offset) return none;
  return summary;
}

Result<bool> SegmentCursor::WasSealed(std::uint64_t end) {
  ASSIGN_OR_RETURN(const std::uint64_t size, file_->Size());
  if (size < end + kTrailerBytes) return false;
  std::byte trailer[kTrailerBytes];
  ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(size - kTrailerBytes, trailer));
  if (got == kTrailerBytes && TakeTrailer(trailer, salt_).has_value()) return true;
  const std::uint64_t before = offset_;
  offset_ = end;
  const auto record = Next(size);
  offset_ = before;
  return record.ok() && record->has_value() && (*record)->head.kind == RecordKind::kFooter;
}

}  // namespace mooring::records
