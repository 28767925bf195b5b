// RecordVisit: decodes records of one segment and tells a visitor; remembers the segment's
// bindings.
//
// Thread safety: one thread at a time. Failure: a record whose CRC holds but which does not decode,
// or whose binding was lost to damage, is kDataLoss naming the place.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "records/journal/reader.h"
#include "records/journal/record_codec.h"
#include "records/journal/segment_cursor.h"

namespace mooring::records {

class RecordVisit {
 public:
  // Forgets the bindings; for the next segment.
  void Clear() { bindings_.clear(); }
  Status TakeBinding(const RecordView& record, const SegmentCursor& cursor);
  // Decodes decisions, outcomes and refusals for the visitor.
  Status Tell(const RecordView& record, const SegmentCursor& cursor, JournalVisitor& visitor);

 private:
  std::vector<std::shared_ptr<const Binding>> bindings_;  // by number; null: not seen
  BlockDecoder decoder_;
};

}  // namespace mooring::records
