#include "records/journal/recovery.h"

#include <algorithm>

#include "records/journal/chain_walker.h"
#include "records/journal/segment_cursor.h"

namespace mooring::records {
namespace {

Error Missing(const std::string& directory, std::uint32_t number) {
  return Error(Code::kDataLoss, "journal segment " + SegmentName(number) + " is missing")
      .Where(directory)
      .Help("restore it from a copy, or run 'mooring log verify' to see what is left");
}

class Recovery {
 public:
  Recovery(FileSystem& files, const std::string& directory)
      : files_(files), directory_(directory) {}

  Result<RecoveredJournal> Run(const SegmentList& list) {
    out_.anchor = list.anchor;
    out_.leftovers = list.leftovers;
    out_.end.chain = list.anchor.oldest_chain;
    out_.end.segment = list.anchor.oldest - 1;
    for (std::size_t i = 0; i < list.numbers.size(); ++i) {
      ASSIGN_OR_RETURN(SegmentCursor cursor,
                       SegmentCursor::Open(files_, directory_, list.numbers[i]));
      RETURN_IF_ERROR(CheckLink(cursor, i == 0));
      const bool newest = i + 1 == list.numbers.size();
      RETURN_IF_ERROR(newest ? TakeNewest(cursor) : TakeOlder(cursor));
    }
    return std::move(out_);
  }

 private:
  // The head must continue what was before it.
  Status CheckLink(const SegmentCursor& cursor, bool oldest) {
    const SegmentHead& head = cursor.head();
    if (head.replica != out_.anchor.replica) {
      return cursor.DamageAt(0, "it belongs to replica " + std::to_string(head.replica));
    }
    const bool linked = head.previous_chain == out_.end.chain &&
                        (oldest || head.previous_end == out_.end.end) && head.epoch >= out_.epoch;
    if (!linked) return cursor.DamageAt(0, "it does not continue the segment before it");
    out_.epoch = head.epoch;
    return Ok();
  }

  // A segment with a successor: where it ends stands in the successor's head.
  Status TakeOlder(SegmentCursor& cursor) {
    ASSIGN_OR_RETURN(const SegmentCursor next,
                     SegmentCursor::Open(files_, directory_, cursor.head().number + 1));
    ASSIGN_OR_RETURN(const std::optional<SegmentSummary> footer, cursor.ReadFooter());
    const SegmentHead& successor = next.head();
    if (footer.has_value()) {
      if (footer->end != successor.previous_end || footer->chain != successor.previous_chain) {
        return next.DamageAt(0, "it does not continue the segment before it");
      }
      Count(cursor, *footer);
      return Ok();
    }
    ASSIGN_OR_RETURN(const SegmentSummary summary,
                     ScanTo(cursor, successor.previous_end, successor.previous_chain));
    out_.unsealed.push_back({cursor.head().number, cursor.salt(), summary.end, summary});
    Count(cursor, summary);
    return Ok();
  }

  Status TakeNewest(SegmentCursor& cursor) {
    ASSIGN_OR_RETURN(const std::optional<SegmentSummary> footer, cursor.ReadFooter());
    const Anchor& anchor = out_.anchor;
    if (footer.has_value()) {
      if (anchor.tip_segment == cursor.head().number && anchor.tip_end > footer->end) {
        return cursor.DamageAt(footer->end, "it ends before a place that was durable");
      }
      if (anchor.tip_segment == cursor.head().number && anchor.tip_end == footer->end &&
          anchor.tip_chain != footer->chain) {
        return cursor.DamageAt(footer->end, "it is not the segment that was closed");
      }
      Count(cursor, *footer);
      return Ok();
    }
    ASSIGN_OR_RETURN(TailScan tail, ScanTail(cursor, anchor));
    out_.report.torn_bytes = tail.torn_bytes;
    out_.unsealed.push_back({cursor.head().number, cursor.salt(), tail.synced_to, tail.summary});
    Count(cursor, tail.summary);
    return Ok();
  }

  void Count(const SegmentCursor& cursor, const SegmentSummary& summary) {
    out_.segments.push_back({cursor.head().number, summary.decisions, summary.first_us,
                             summary.last_us, summary.records == 0, summary.outcomes});
    ++out_.report.segments;
    out_.report.decisions += summary.decisions;
    out_.report.outcomes += summary.outcomes;
    out_.report.bytes += summary.end;
    if (summary.records != 0) out_.last_us = summary.last_us;
    out_.end = {cursor.head().number, summary.end, summary.chain};
  }

  FileSystem& files_;
  const std::string& directory_;
  RecoveredJournal out_;
};

}  // namespace

Result<SegmentList> ListSegments(FileSystem& files, const std::string& directory) {
  SegmentList list;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
  ASSIGN_OR_RETURN(const std::optional<Anchor> anchor, ReadAnchor(files, directory));
  list.anchor = anchor.value_or(Anchor());
  for (const std::string& name : names) {
    const auto number = SegmentNumber(name);
    const bool stale = number.has_value() && *number < list.anchor.oldest;
    if (stale || name.ends_with(".tmp")) list.leftovers.push_back(directory + "/" + name);
    if (number.has_value() && !stale) list.numbers.push_back(*number);
  }
  std::sort(list.numbers.begin(), list.numbers.end());
  if (!list.numbers.empty() && !anchor.has_value()) {
    return Error(Code::kDataLoss, AnchorPath(directory) + " is missing")
        .Why("there are segments, and without it a missing one would go unnoticed")
        .Help("restore it from a copy");
  }
  const std::uint32_t newest = std::max(list.anchor.newest, list.numbers.empty()
                                                                ? 0 : list.numbers.back());
  std::uint32_t expected = list.anchor.oldest;
  for (const std::uint32_t number : list.numbers) {
    if (number != expected) return Missing(directory, expected);
    ++expected;
  }
  if (newest >= expected) return Missing(directory, expected);
  return list;
}

Result<RecoveredJournal> RecoverJournal(FileSystem& files, const std::string& directory,
                                        std::uint16_t replica) {
  ASSIGN_OR_RETURN(SegmentList list, ListSegments(files, directory));
  const bool fresh = list.numbers.empty() && list.anchor.newest == 0;
  if (fresh) list.anchor.replica = replica;
  if (list.anchor.replica != replica) {
    return Error(Code::kConflict, directory + " is the journal of replica " +
                                      std::to_string(list.anchor.replica))
        .Help("give this replica its own data directory, or start it with that number");
  }
  return Recovery(files, directory).Run(list);
}

}  // namespace mooring::records
