// SegmentCursor: walks the records of one segment file through a buffer, checking every CRC.
//
// Recovery, readers, verify and the lake all read through it. It reads with ReadAt, so the file may
// grow or be cut behind its end meanwhile. It knows nothing of chains: ChainWalker does.
//
// Thread safety: one thread at a time. Failure: what is not a whole record of this segment is
// kDataLoss naming segment and offset; Resync() goes on behind it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "records/journal/segment_format.h"

namespace mooring::records {

// One record where it lies; views live until the cursor moves.
struct RecordView {
  RecordHead head;
  ByteSpan payload;
  ByteSpan whole;             // head, payload, padding
  std::uint64_t offset = 0;
};

class SegmentCursor {
 public:
  // Reads and checks the head; kDataLoss when it is damaged or of another number.
  static Result<SegmentCursor> Open(FileSystem& files, const std::string& directory,
                                    std::uint32_t number);

  const SegmentHead& head() const { return head_; }
  std::uint32_t salt() const { return salt_; }
  std::uint64_t offset() const { return offset_; }
  File& file() { return *file_; }

  void Seek(std::uint64_t offset) { offset_ = offset; }
  // The record at offset(); nothing at or beyond `limit`.
  Result<std::optional<RecordView>> Next(std::uint64_t limit);
  // Moves to the next record of this kind before `limit` by heads alone, without payloads'
  // checksums; nothing when there is none.
  Result<std::optional<RecordHead>> SkipTo(RecordKind kind, std::uint64_t limit);
  // Moves to the first whole record behind offset() and before `limit`; false: there is none.
  Result<bool> Resync(std::uint64_t limit);
  // The footer's summary, when the file has a whole trailer and footer.
  Result<std::optional<SegmentSummary>> ReadFooter();

  // A footer or trailer was begun at `end`, whether or not it is whole: what ReadFooter cannot read
  // then is damaged, not absent.
  Result<bool> WasSealed(std::uint64_t end);

  // A kDataLoss that names the place.
  Error DamageAt(std::uint64_t offset, std::string_view what) const;

 private:
  SegmentCursor(std::unique_ptr<File> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}

  // The bytes from `offset` on, at least `wanted` of them when there are so many before `limit`.
  // Never reads beyond the limit: what lies there may still change, and the buffer is kept.
  Result<ByteSpan> Bytes(std::uint64_t offset, std::uint64_t wanted, std::uint64_t limit);

  std::unique_ptr<File> file_;
  std::string path_;
  SegmentHead head_;
  std::uint32_t salt_ = 0;
  std::uint64_t offset_ = kSegmentHeadBytes;
  std::vector<std::byte> buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::uint64_t buffer_bytes_ = 0;
};

}  // namespace mooring::records
