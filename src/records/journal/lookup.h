// Finding one decision in a segment through its sparse index.
//
// Thread safety: one thread at a time a cursor. Failure: kNotFound for an ordinal that the segment
// does not have, kDataLoss for damage on the way. Complexity: reads one index step, 32 KiB on
// average.
#pragma once

#include <string>

#include "base/result.h"
#include "records/journal/reader.h"
#include "records/journal/segment_cursor.h"

namespace mooring::records {

// What a segment that nobody writes any more holds: its footer, or found by reading it through.
Result<SegmentSummary> ReadSummary(FileSystem& files, const std::string& directory,
                                   std::uint32_t number);

// Tells the visitor of the block that holds the decision.
Status ReadBlock(SegmentCursor& cursor, const SegmentSummary& summary, std::uint32_t ordinal,
                 JournalVisitor& visitor);

}  // namespace mooring::records
