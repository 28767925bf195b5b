#include <algorithm>

#include "records/journal/chain_walker.h"
#include "records/journal/lookup.h"
#include "records/journal/reader.h"
#include "records/journal/record_visit.h"
#include "records/journal/recovery.h"

namespace mooring::records {
namespace {

Error NoDecision(DecisionId id) {
  return Error(Code::kNotFound, "no decision " + id.ToString());
}

// Where to start looking: the last entry at or before the ordinal.
std::uint64_t StartFor(const std::vector<IndexEntry>& index, std::uint32_t ordinal) {
  const auto after = std::upper_bound(
      index.begin(), index.end(), ordinal,
      [](std::uint32_t wanted, const IndexEntry& entry) { return wanted < entry.ordinal; });
  return after == index.begin() ? kSegmentHeadBytes : std::prev(after)->offset;
}

Result<SegmentSummary> SummaryOf(FileSystem& files, const std::string& directory,
                                 SegmentCursor& cursor) {
  ASSIGN_OR_RETURN(std::optional<SegmentSummary> footer, cursor.ReadFooter());
  if (footer.has_value()) return std::move(*footer);
  const auto next = SegmentCursor::Open(files, directory, cursor.head().number + 1);
  if (next.ok()) return ScanTo(cursor, next->head().previous_end, next->head().previous_chain);
  ASSIGN_OR_RETURN(TailScan tail, ScanTail(cursor, Anchor()));
  return std::move(tail.summary);
}

}  // namespace

Result<SegmentSummary> ReadSummary(FileSystem& files, const std::string& directory,
                                   std::uint32_t number) {
  ASSIGN_OR_RETURN(SegmentCursor cursor, SegmentCursor::Open(files, directory, number));
  return SummaryOf(files, directory, cursor);
}

Status ReadBlock(SegmentCursor& cursor, const SegmentSummary& summary, std::uint32_t ordinal,
                 JournalVisitor& visitor) {
  const DecisionId id{cursor.head().replica, cursor.head().number, ordinal};
  if (ordinal >= summary.decisions) return NoDecision(id);
  cursor.Seek(StartFor(summary.index, ordinal));
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<RecordView> record, cursor.Next(summary.end));
    if (!record.has_value()) return NoDecision(id);
    if (record->head.kind != RecordKind::kDecisions) continue;
    const std::uint32_t rows = RowsOf(record->head.kind, record->payload);
    if (ordinal < record->head.first || ordinal - record->head.first >= rows) continue;
    // The binding is read through the same buffer, so the record has to be read again after it.
    const std::uint16_t number = record->head.binding;
    const std::uint64_t offset = record->offset;
    if (number >= summary.bindings.size()) return cursor.DamageAt(offset, "its binding is missing");
    RecordVisit visit;
    cursor.Seek(summary.bindings[number].offset);
    ASSIGN_OR_RETURN(const std::optional<RecordView> binding, cursor.Next(summary.end));
    if (!binding.has_value() || binding->head.kind != RecordKind::kBinding ||
        binding->head.first != number) {
      return cursor.DamageAt(summary.bindings[number].offset, "the index names no binding");
    }
    RETURN_IF_ERROR(visit.TakeBinding(*binding, cursor));
    cursor.Seek(offset);
    ASSIGN_OR_RETURN(const std::optional<RecordView> again, cursor.Next(summary.end));
    return visit.Tell(*again, cursor, visitor);
  }
}

Status ReadDecision(FileSystem& files, const std::string& directory, DecisionId id,
                    JournalVisitor& visitor) {
  ASSIGN_OR_RETURN(const std::optional<Anchor> anchor, ReadAnchor(files, directory));
  if (!anchor.has_value() || id.replica != anchor->replica || id.segment < anchor->oldest ||
      id.segment == 0) {
    return NoDecision(id);
  }
  auto cursor = SegmentCursor::Open(files, directory, id.segment);
  if (!cursor.ok()) {
    const bool absent = cursor.error().code() == Code::kNotFound && id.segment > anchor->newest;
    return absent ? NoDecision(id) : std::move(cursor).error();
  }
  ASSIGN_OR_RETURN(const SegmentSummary summary, SummaryOf(files, directory, *cursor));
  return ReadBlock(*cursor, summary, id.ordinal, visitor);
}

Result<JournalPosition> EndOfJournal(FileSystem& files, const std::string& directory) {
  ASSIGN_OR_RETURN(const SegmentList list, ListSegments(files, directory));
  if (list.numbers.empty()) return JournalPosition();
  ASSIGN_OR_RETURN(SegmentCursor cursor,
                   SegmentCursor::Open(files, directory, list.numbers.back()));
  ASSIGN_OR_RETURN(const SegmentSummary summary, SummaryOf(files, directory, cursor));
  return JournalPosition{list.numbers.back(), summary.end};
}

}  // namespace mooring::records
