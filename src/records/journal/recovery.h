// Recovery: looks at a journal's directory before it is written again: every segment there, linked
// to its neighbours, the newest one read to its last whole commit. Reads only; the journal acts on
// it.
//
// Failure: kDataLoss when a segment is missing, damaged, or not the one that the chain expects,
// naming it and what to do. Complexity: reads heads and footers of sealed segments, and all of
// unsealed ones (two at most after a crash), about one second a gigabyte.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "records/journal/anchor.h"
#include "records/journal/journal.h"
#include "records/journal/segment_format.h"
#include "records/journal/segment_writer.h"

namespace mooring::records {

// What is known of a segment without opening it.
struct SegmentFacts {
  std::uint32_t number = 0;
  std::uint32_t decisions = 0;
  std::int64_t first_us = 0, last_us = 0;
  bool empty = true;
  std::uint64_t outcomes = 0;
};

// A segment whose footer is still to be written.
struct Unsealed {
  std::uint32_t number = 0;
  std::uint32_t salt = 0;
  std::uint64_t synced_to = 0;   // bytes from here to the summary's end may not be durable yet
  SegmentSummary summary;
};

struct RecoveredJournal {
  Anchor anchor;
  RecoveryReport report;
  std::uint64_t epoch = 0;       // of the newest segment
  std::int64_t last_us = 0;
  ChainEnd end;                  // what the next segment continues
  std::vector<SegmentFacts> segments;
  std::vector<Unsealed> unsealed;
  std::vector<std::string> leftovers;  // paths of files that an interrupted step left
};

// Nothing is there yet: an empty result with the default anchor. kConflict when it is another
// replica's.
Result<RecoveredJournal> RecoverJournal(FileSystem& files, const std::string& directory,
                                        std::uint16_t replica);

// Numbers of the segments of a directory from the anchor's oldest on, in order; kDataLoss when one
// is missing or there is no anchor for them. Empty when the journal is.
struct SegmentList {
  Anchor anchor;
  std::vector<std::uint32_t> numbers;
  std::vector<std::string> leftovers;
};
Result<SegmentList> ListSegments(FileSystem& files, const std::string& directory);

}  // namespace mooring::records
