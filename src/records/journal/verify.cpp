#include <algorithm>
#include <limits>

#include "records/journal/chain_walker.h"
#include "records/journal/check_up.h"
#include "records/journal/lookup.h"
#include "records/journal/reader.h"
#include "records/journal/record_codec.h"
#include "records/journal/recovery.h"

namespace mooring::records {
namespace {

// Enough to see what happened; a destroyed disk would give millions.
constexpr std::size_t kMostFindings = 1000;
// What a quick look takes: the segment being written may hold nothing yet.
constexpr std::size_t kNewest = 2;

class Verifier {
 public:
  Verifier(FileSystem& files, const std::string& directory)
      : files_(files), directory_(directory) {}

  // Segments before the newest `newest` ones are not looked at.
  Result<VerifyReport> Run(std::size_t newest) {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(directory_));
    auto list = ListSegments(files_, directory_);
    if (!list.ok()) Find(list.error());
    Anchor anchor;
    const auto read = ReadAnchor(files_, directory_);
    if (read.ok()) anchor = read->value_or(Anchor());
    std::vector<std::uint32_t> numbers;
    for (const std::string& name : names) {
      const auto number = SegmentNumber(name);
      if (number.has_value() && *number >= anchor.oldest) numbers.push_back(*number);
    }
    std::sort(numbers.begin(), numbers.end());
    expected_ = {anchor.oldest - 1, 0, anchor.oldest_chain};
    if (numbers.size() > newest) {
      numbers.erase(numbers.begin(), numbers.end() - static_cast<std::ptrdiff_t>(newest));
      expected_.segment = 0;  // what the first one must continue is not known
    }
    for (const std::uint32_t number : numbers) RETURN_IF_ERROR(CheckSegment(number, anchor));
    return std::move(report_);
  }

 private:
  void Find(const Error& error) {
    if (report_.findings.size() < kMostFindings) report_.findings.push_back(error.ToString());
  }

  Status CheckSegment(std::uint32_t number, const Anchor& anchor) {
    ++report_.segments;
    auto cursor = SegmentCursor::Open(files_, directory_, number);
    if (!cursor.ok()) {
      if (cursor.error().code() == Code::kNotFound) return Ok();  // dropped meanwhile
      Find(cursor.error());
      expected_.segment = 0;
      return Ok();
    }
    const bool linked = expected_.segment + 1 == number &&
                        cursor->head().previous_chain == expected_.chain &&
                        (number == anchor.oldest || cursor->head().previous_end == expected_.end);
    if (expected_.segment != 0 || number == anchor.oldest) {
      if (!linked) Find(cursor->DamageAt(0, "it does not continue the segment before it"));
    }
    const auto next = SegmentCursor::Open(files_, directory_, number + 1);
    const bool newest = !next.ok() && next.error().code() == Code::kNotFound;
    if (newest) return CheckNewest(*cursor, anchor);
    ASSIGN_OR_RETURN(const auto footer, cursor->ReadFooter());
    std::uint64_t end = next.ok() ? next->head().previous_end : 0;
    if (!next.ok() && footer.has_value()) end = footer->end;
    RETURN_IF_ERROR(Walk(*cursor, end));
    return next.ok() ? CheckFooter(*cursor, footer, end) : Ok();
  }

  Status CheckFooter(SegmentCursor& cursor, const std::optional<SegmentSummary>& footer,
                     std::uint64_t end) {
    if (footer.has_value()) {
      if (footer->end != end || footer->chain != expected_.chain) {
        Find(cursor.DamageAt(end, "its footer does not match its records"));
      }
      return Ok();
    }
    ASSIGN_OR_RETURN(const bool sealed, cursor.WasSealed(end));
    if (sealed) Find(cursor.DamageAt(end, "its footer is damaged; the next start writes it anew"));
    return Ok();
  }

  Status CheckNewest(SegmentCursor& cursor, const Anchor& anchor) {
    ASSIGN_OR_RETURN(const auto footer, cursor.ReadFooter());
    if (footer.has_value()) {
      RETURN_IF_ERROR(Walk(cursor, footer->end));
      return CheckFooter(cursor, footer, footer->end);
    }
    const auto tail = ScanTail(cursor, anchor);
    if (tail.ok()) {
      RETURN_IF_ERROR(Walk(cursor, tail->summary.end));
      return CheckFooter(cursor, footer, tail->summary.end);
    }
    Find(tail.error());
    ASSIGN_OR_RETURN(const std::uint64_t size, cursor.file().Size());
    return Walk(cursor, size);
  }

  // Walks all records up to `end`, going on behind damage.
  Status Walk(SegmentCursor& cursor, std::uint64_t end) {
    ChainWalker walker(cursor.head());
    bool whole = true;
    cursor.Seek(kSegmentHeadBytes);
    while (true) {
      const std::uint64_t offset = cursor.offset();
      auto record = cursor.Next(end);
      if (!record.ok()) {
        if (record.error().code() != Code::kDataLoss) return std::move(record).error();
        if (whole) Find(record.error());
        whole = false;
        cursor.Seek(offset);
        ASSIGN_OR_RETURN(const bool found, cursor.Resync(end));
        if (!found) break;
        continue;
      }
      if (!record->has_value()) break;
      Count(**record);
      if (!whole) continue;
      if (const auto finding = walker.Take(**record); finding.has_value()) {
        Find(cursor.DamageAt(offset, *finding));
        whole = false;
      }
    }
    if (whole && walker.end() != end) Find(cursor.DamageAt(end, "its last group has no commit"));
    report_.bytes += end;
    expected_ = {whole ? cursor.head().number : 0, end, walker.chain()};
    return Ok();
  }

  void Count(const RecordView& record) {
    if (record.head.kind == RecordKind::kCommit || record.head.kind == RecordKind::kFooter) return;
    ++report_.records;
    if (record.head.kind == RecordKind::kDecisions) {
      report_.decisions += RowsOf(record.head.kind, record.payload);
    }
  }

  FileSystem& files_;
  const std::string& directory_;
  VerifyReport report_;
  ChainEnd expected_;   // what the next head must repeat; segment 0: not known because of damage
};

}  // namespace

Result<VerifyReport> VerifyJournal(FileSystem& files, const std::string& directory) {
  return Verifier(files, directory).Run(std::numeric_limits<std::size_t>::max());
}

Result<VerifyReport> VerifyNewest(FileSystem& files, const std::string& directory) {
  return Verifier(files, directory).Run(kNewest);
}

Result<std::optional<Time>> NewestRecordTime(FileSystem& files, const std::string& directory) {
  ASSIGN_OR_RETURN(const SegmentList list, ListSegments(files, directory));
  std::size_t left = kNewest;
  for (auto number = list.numbers.rbegin(); number != list.numbers.rend() && left > 0; ++number) {
    ASSIGN_OR_RETURN(const SegmentSummary summary, ReadSummary(files, directory, *number));
    if (summary.records != 0) return std::optional(Time(Micros(summary.last_us)));
    --left;
  }
  return std::optional<Time>();
}

}  // namespace mooring::records
