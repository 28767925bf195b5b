#include "records/journal/reader.h"

#include <algorithm>
#include <limits>

#include "records/journal/record_visit.h"
#include "records/journal/recovery.h"
#include "records/journal/segment_cursor.h"

namespace mooring::records {
namespace {

class SegmentReader final : public JournalReader {
 public:
  SegmentReader(FileSystem& files, std::string directory, JournalPosition from)
      : files_(files), directory_(std::move(directory)), position_(from) {}

  Result<std::size_t> Read(JournalPosition limit, std::size_t max_records,
                           JournalVisitor& visitor) override {
    std::size_t visited = 0;
    while (visited < max_records && position_ < limit) {
      RETURN_IF_ERROR(EnterSegment());
      ASSIGN_OR_RETURN(const std::uint64_t end, EndFor(limit));
      if (position_.offset >= end) {
        if (position_.segment == limit.segment) break;
        LeaveSegment();
        continue;
      }
      ASSIGN_OR_RETURN(const bool told, ReadOne(end, visitor));
      visited += told ? 1 : 0;
    }
    return visited;
  }

  JournalPosition position() const override { return position_; }

  Status SkipDamage() override {
    if (cursor_ == nullptr) {
      LeaveSegment();
      return Ok();
    }
    const std::uint64_t end = end_.value_or(std::numeric_limits<std::int64_t>::max());
    ASSIGN_OR_RETURN(const std::uint64_t size, cursor_->file().Size());
    cursor_->Seek(position_.offset);
    ASSIGN_OR_RETURN(const bool found, cursor_->Resync(std::min(end, size)));
    if (found) {
      position_.offset = cursor_->offset();
    } else {
      LeaveSegment();
    }
    return Ok();
  }

 private:
  Status EnterSegment() {
    if (cursor_ != nullptr) return Ok();
    if (position_.segment == 0) position_ = {1, 0};
    // The first segments may have been dropped, now or while nobody was reading.
    ASSIGN_OR_RETURN(const std::optional<Anchor> anchor, ReadAnchor(files_, directory_));
    if (anchor.has_value() && position_.segment < anchor->oldest) position_ = {anchor->oldest, 0};
    auto opened = SegmentCursor::Open(files_, directory_, position_.segment);
    if (!opened.ok()) {
      if (opened.error().code() != Code::kNotFound) return std::move(opened).error();
      const std::string name = SegmentName(position_.segment);
      return Error(Code::kDataLoss, "journal segment " + name + " is missing")
          .Where(directory_)
          .Help("restore it from a copy, or run 'mooring log verify' to see what is left");
    }
    cursor_ = std::make_unique<SegmentCursor>(std::move(opened).value());
    end_.reset();
    if (position_.offset <= kSegmentHeadBytes) {
      position_.offset = kSegmentHeadBytes;
      return Ok();
    }
    if (Status known = ReadBindingsBefore(position_.offset); !known.ok()) {
      cursor_.reset();
      return known;
    }
    return Ok();
  }

  Status ReadBindingsBefore(std::uint64_t offset) {
    ASSIGN_OR_RETURN(const std::optional<SegmentSummary> footer, cursor_->ReadFooter());
    if (footer.has_value()) {
      for (const BindingPlace& place : footer->bindings) {
        if (place.offset >= offset) break;
        cursor_->Seek(place.offset);
        ASSIGN_OR_RETURN(const auto record, cursor_->Next(footer->end));
        RETURN_IF_ERROR(visit_.TakeBinding(*record, *cursor_));
      }
      return Ok();
    }
    cursor_->Seek(kSegmentHeadBytes);
    while (cursor_->offset() < offset) {
      ASSIGN_OR_RETURN(const std::optional<RecordHead> head,
                       cursor_->SkipTo(RecordKind::kBinding, offset));
      if (!head.has_value()) break;
      ASSIGN_OR_RETURN(const auto record, cursor_->Next(offset));
      RETURN_IF_ERROR(visit_.TakeBinding(*record, *cursor_));
    }
    return Ok();
  }

  void LeaveSegment() {
    cursor_.reset();
    visit_.Clear();
    position_ = {position_.segment + 1, 0};
  }

  // Where the current segment ends. Of one with a successor that is written in the successor's
  // head.
  Result<std::uint64_t> EndFor(JournalPosition limit) {
    if (position_.segment == limit.segment) return limit.offset;
    if (end_.has_value()) return *end_;
    const auto next = SegmentCursor::Open(files_, directory_, position_.segment + 1);
    if (next.ok()) {
      end_ = next->head().previous_end;
    } else {
      ASSIGN_OR_RETURN(const std::optional<SegmentSummary> footer, cursor_->ReadFooter());
      if (!footer.has_value()) return next.error();
      end_ = footer->end;
    }
    return *end_;
  }

  Result<bool> ReadOne(std::uint64_t end, JournalVisitor& visitor) {
    cursor_->Seek(position_.offset);
    ASSIGN_OR_RETURN(const std::optional<RecordView> record, cursor_->Next(end));
    const RecordKind kind = record->head.kind;
    if (kind == RecordKind::kBinding) RETURN_IF_ERROR(visit_.TakeBinding(*record, *cursor_));
    if (kind == RecordKind::kDecisions || kind == RecordKind::kOutcomes ||
        kind == RecordKind::kRefusal || kind == RecordKind::kBudget) {
      RETURN_IF_ERROR(visit_.Tell(*record, *cursor_, visitor));
      position_.offset = cursor_->offset();
      return true;
    }
    position_.offset = cursor_->offset();
    return false;
  }

  FileSystem& files_;
  const std::string directory_;
  JournalPosition position_;
  std::unique_ptr<SegmentCursor> cursor_;  // of position_.segment; null: not entered
  std::optional<std::uint64_t> end_;       // of a segment that is complete
  RecordVisit visit_;
};

}  // namespace

Result<std::unique_ptr<JournalReader>> JournalReader::Open(FileSystem& files, std::string directory,
                                                           JournalPosition from) {
  return std::unique_ptr<JournalReader>(
      std::make_unique<SegmentReader>(files, std::move(directory), from));
}

}  // namespace mooring::records
