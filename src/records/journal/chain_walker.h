// ChainWalker: checks the records of one segment in order: ordinals dense, times never back, every
// commit's counts and SHA-256 chain. And the scans that stand on it.
//
// Thread safety: one thread at a time. Failure: what does not fit is kDataLoss naming segment and
// offset.
// Cost: SHA-256 and CRC-32C of every byte, about one second a gigabyte.
#pragma once

#include <optional>

#include "base/crypto/digest.h"
#include "base/result.h"
#include "records/journal/anchor.h"
#include "records/journal/segment_cursor.h"
#include "records/journal/segment_format.h"

namespace mooring::records {

class ChainWalker {
 public:
  explicit ChainWalker(const SegmentHead& head);
  // What is wrong with the record, or nothing. After a finding the walker must not be used on.
  std::optional<std::string_view> Take(const RecordView& record);
  // As of the last commit.
  SegmentSummary Committed() const;
  std::uint64_t end() const { return committed_.end; }
  const Digest& chain() const { return committed_.chain; }

 private:
  std::optional<std::string_view> TakeCommitRecord(const RecordView& record);
  std::optional<std::string_view> CheckPlace(const RecordView& record, std::uint32_t rows) const;

  SegmentSummary summary_;        // of all records
  SegmentSummary committed_;      // its counts at the last commit, without its vectors
  std::size_t committed_index_ = 0, committed_bindings_ = 0;
  std::uint32_t group_records_ = 0;
  std::optional<Sha256> group_sum_;
};

// Walks a segment whose end is known; its chain there must be `chain`.
Result<SegmentSummary> ScanTo(SegmentCursor& cursor, std::uint64_t end, const Digest& chain);

struct TailScan {
  SegmentSummary summary;
  std::uint64_t torn_bytes = 0;   // written behind the last whole commit, never acknowledged
  std::uint64_t synced_to = 0;    // known to be durable; what lies behind may be in memory only
};

// Walks the newest segment, whose end nobody wrote down, to its last whole commit. Damage in front
// of a place that is known to have been durable is kDataLoss; behind it is a torn tail.
Result<TailScan> ScanTail(SegmentCursor& cursor, const Anchor& anchor);

}  // namespace mooring::records
