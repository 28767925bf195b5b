#include "records/audit/log_file.h"

#include <algorithm>

#include "base/limits.h"
#include "records/audit/control_entry.h"
#include "records/audit/tree_head.h"

namespace mooring::records {
namespace {

constexpr std::uint64_t kLineBytes = limits::kControlRecordBytes + kChainDigits + 2;

Result<std::string> ReadRange(File& file, std::uint64_t from, std::uint64_t to) {
  std::string bytes(to - from, '\0');
  ASSIGN_OR_RETURN(const std::size_t got,
                   file.ReadAt(from, std::as_writable_bytes(std::span(bytes))));
  bytes.resize(got);
  return bytes;
}

// A line, its end aside, that could stand in a log.
bool IsWhole(std::string_view line) {
  if (line.size() <= kChainDigits || line[kChainDigits] != ' ') return false;
  return DecodeDigest(line.substr(0, kChainDigits)).ok() &&
         DecodeEntry(line.substr(kChainDigits + 1)).ok();
}

}  // namespace

std::string ControlLogPath(const std::string& directory) { return directory + "/log"; }
std::string MarkPath(const std::string& directory) { return directory + "/mark"; }

Error LogFile::Damaged(const std::string& what, std::uint64_t offset) const {
  return Error(Code::kDataLoss, "the control log is damaged: " + what)
      .Where(path_ + ", byte " + std::to_string(offset))
      .Help(std::string(kDamageHelp));
}

Result<LogFile> LogFile::Open(FileSystem& files, const std::string& directory) {
  const std::string path = ControlLogPath(directory), mark_path = MarkPath(directory);
  if (!files.Exists(path)) {
    if (files.Exists(mark_path)) {
      return Error(Code::kDataLoss, "the control log is gone")
          .Where(path)
          .Why("its mark is there")
          .Help(std::string(kDamageHelp));
    }
    ASSIGN_OR_RETURN(const auto made, files.Open(path, OpenMode::kReadWrite));
    RETURN_IF_ERROR(made->WriteAt(0, AsBytes(kLogFirstLine)));
    RETURN_IF_ERROR(made->Sync());
    // Before there is a mark, so that a mark is never without its log.
    RETURN_IF_ERROR(files.SyncDirectory(directory));
  }
  const bool marked = files.Exists(mark_path);
  ASSIGN_OR_RETURN(auto log, files.Open(path, OpenMode::kReadWrite));
  ASSIGN_OR_RETURN(auto mark, files.Open(mark_path, OpenMode::kReadWrite));
  if (!marked) RETURN_IF_ERROR(files.SyncDirectory(directory));
  LogFile file(std::move(log), std::move(mark), path);
  RETURN_IF_ERROR(file.Find());
  return file;
}

Status LogFile::Find() {
  ASSIGN_OR_RETURN(FoundMark found, ReadMark(*mark_file_));
  free_slot_ = found.free_slot;
  if (!found.mark) return Begin();
  mark_ = std::move(*found.mark);
  RETURN_IF_ERROR(CheckEnd());
  return TakeTail();
}

// Without a mark: a log that was just made, or one whose mark was lost, which then must be whole.
Status LogFile::Begin() {
  ASSIGN_OR_RETURN(const std::uint64_t size, log_->Size());
  if (size <= kLogFirstLine.size()) {
    RETURN_IF_ERROR(log_->WriteAt(0, AsBytes(kLogFirstLine)));
    RETURN_IF_ERROR(log_->Sync());
    return SaveMark();
  }
  ASSIGN_OR_RETURN(const std::string bytes, ReadRange(*log_, 0, size));
  if (!bytes.starts_with(kLogFirstLine)) return Damaged("its first line is another", 0);
  LineWalker walker(AsBytes(bytes).subspan(kLogFirstLine.size()), {});
  LineWalker::Step step = walker.Next();
  for (; step == LineWalker::Step::kRecord; step = walker.Next()) {
    mark_.tree.Add(tree_hasher_, tree_hasher_.Leaf(AsBytes(walker.record())));
    mark_.place = walker.place();
  }
  if (step == LineWalker::Step::kEnd) return SaveMark();
  return Damaged("a line does not follow from the one before, and the mark is gone",
                 mark_.place.offset);
}

Status LogFile::CheckEnd() const {
  ASSIGN_OR_RETURN(const std::uint64_t size, log_->Size());
  if (size < mark_.place.offset) {
    return Damaged(
        "it ends here, and " + std::to_string(mark_.place.offset) + " bytes were durable", size);
  }
  ASSIGN_OR_RETURN(const std::string first, ReadRange(*log_, 0, kLogFirstLine.size()));
  if (first != kLogFirstLine) return Damaged("its first line is another", 0);
  if (mark_.place.records == 0) return Ok();
  ASSIGN_OR_RETURN(const std::string chain,
                   ReadRange(*log_, mark_.place.last, mark_.place.last + kChainDigits));
  if (chain == Hex(mark_.place.chain)) return Ok();
  return Damaged("its newest durable entry is another", mark_.place.last);
}

// Whole lines behind the mark were written and perhaps not synced: they are written again, since
// after a failed sync the system may hold them for clean.
Status LogFile::TakeTail() {
  ASSIGN_OR_RETURN(const std::uint64_t size, log_->Size());
  const std::uint64_t from = mark_.place.offset, before = mark_.place.records;
  if (size == from) return Ok();
  ASSIGN_OR_RETURN(const std::string tail, ReadRange(*log_, from, size));
  LineWalker walker(AsBytes(tail), mark_.place);
  while (walker.Next() == LineWalker::Step::kRecord) {
    const auto entry = DecodeEntry(walker.record());
    if (!entry.ok() || entry->sequence != mark_.place.records) {
      return Damaged("the entry behind the newest has another number", mark_.place.offset);
    }
    mark_.tree.Add(tree_hasher_, tree_hasher_.Leaf(AsBytes(walker.record())));
    mark_.place = walker.place();
  }
  const std::uint64_t end = mark_.place.offset;
  RETURN_IF_ERROR(CheckUnfinished(std::string_view(tail).substr(end - from)));
  if (size != end) RETURN_IF_ERROR(log_->Truncate(end));
  RETURN_IF_ERROR(log_->WriteAt(from, AsBytes(tail.substr(0, end - from))));
  RETURN_IF_ERROR(log_->Sync());
  NoteRepair(mark_.place.records - before, size - end);
  return SaveMark();
}

// What a cut of power leaves of one line is no entry that can be read, or lacks its line end alone.
Status LogFile::CheckUnfinished(std::string_view rest) {
  std::uint64_t at = mark_.place.offset;
  if (rest.size() > kLineBytes) {
    return Damaged("more than one unfinished entry lies behind the newest", at);
  }
  for (bool first = true; !rest.empty(); first = false) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    if (IsWhole(line)) {
      const Digest chain =
          chain_hasher_.Next(mark_.place.chain, AsBytes(line.substr(kChainDigits + 1)));
      if (!first || line.substr(0, kChainDigits) != Hex(chain)) {
        return Damaged("an entry does not follow from the newest: repeated, moved or forged", at);
      }
    }
    const std::size_t step = std::min(end + 1, rest.size());
    at += step;
    rest.remove_prefix(step);
  }
  return Ok();
}

void LogFile::NoteRepair(std::uint64_t taken, std::uint64_t cut) {
  if (taken != 0) {
    repaired_ = std::to_string(taken) + " written behind the durable mark (now " +
                std::to_string(mark_.place.records) + " entries) taken in";
  }
  if (cut == 0) return;
  if (taken != 0) repaired_ += "; ";
  repaired_ += std::to_string(cut) + " bytes of an unfinished entry cut at byte " +
               std::to_string(mark_.place.offset);
}

Status LogFile::SaveMark() {
  const std::uint64_t slot = free_slot_;
  free_slot_ = kMarkSlotBytes - slot;
  return WriteMark(*mark_file_, slot, mark_);
}

Status LogFile::Append(std::string_view record) {
  if (record.size() > limits::kControlRecordBytes) {
    return Error(Code::kTooLarge, "a control entry of " + std::to_string(record.size()) +
                                      " bytes is over " +
                                      std::to_string(limits::kControlRecordBytes));
  }
  const LogPlace before = mark_.place;
  const Digest chain = chain_hasher_.Next(before.chain, AsBytes(record));
  const std::string line = LogLine(chain, record);
  Status written = log_->WriteAt(before.offset, AsBytes(line));
  if (written.ok()) written = log_->Sync();
  if (!written.ok()) {
    // What was begun is cut now where the disk lets us, else by the next to open it.
    if (log_->Truncate(before.offset).ok()) (void)log_->Sync();
    return written;
  }
  mark_.tree.Add(tree_hasher_, tree_hasher_.Leaf(AsBytes(record)));
  mark_.place = {before.records + 1, before.offset + line.size(), before.offset, chain};
  return SaveMark();
}

}  // namespace mooring::records
