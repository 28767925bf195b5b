#include "records/journal/segment_writer.h"

namespace mooring::records {
namespace {

RecordHead CommitHead(std::int64_t at_us) {
  RecordHead head;
  head.kind = RecordKind::kCommit;
  head.at_us = at_us;
  return head;
}

Status MakeFile(const SegmentWriter::Options& options, SegmentHead& head,
                std::shared_ptr<File>& file) {
  FileSystem& files = *options.files;
  const std::string path = SegmentPath(options.directory, head.number);
  const std::string temporary = path + ".tmp";
  ASSIGN_OR_RETURN(file, files.Open(temporary, OpenMode::kReadWrite));
  RETURN_IF_ERROR(file->Truncate(0));
  RETURN_IF_ERROR(file->Allocate(options.segment_bytes));
  RETURN_IF_ERROR(file->WriteAt(0, AsBytes(EncodeSegmentHead(head))));
  RETURN_IF_ERROR(file->Sync());
  RETURN_IF_ERROR(files.Rename(temporary, path));
  return files.SyncDirectory(options.directory);
}

}  // namespace

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::Begin(const Options& options,
                                                            const ChainEnd& previous) {
  auto writer = std::unique_ptr<SegmentWriter>(new SegmentWriter());
  SegmentHead& head = writer->head_;
  head.replica = options.replica;
  head.number = previous.segment + 1;
  head.epoch = options.epoch;
  head.created_us = options.created.time_since_epoch().count();
  head.previous_end = previous.end;
  head.previous_chain = previous.chain;
  if (Status made = MakeFile(options, head, writer->file_); !made.ok()) {
    writer->file_.reset();
    static_cast<void>(options.files->Remove(SegmentPath(options.directory, head.number) + ".tmp"));
    return std::move(made).error();
  }
  writer->salt_ = SaltOf(head.replica, head.number, head.epoch);
  writer->summary_.end = kSegmentHeadBytes;
  writer->summary_.chain = FirstChain(head);
  writer->synced_ = {head.number, writer->summary_.end, writer->summary_.chain};
  writer->marked_to_ = kSegmentHeadBytes;
  return writer;
}

Status SegmentWriter::Put(std::uint64_t offset, std::string_view bytes) {
  Status put = file_->WriteAt(offset, AsBytes(bytes));
  if (!put.ok()) poisoned_ = true;
  return put;
}

Status SegmentWriter::Write(std::string& bytes, const SegmentSummary& facts) {
  CHECK(!poisoned_);
  CommitFrame frame;
  frame.group_start = summary_.end;
  frame.synced_to = synced_.end;
  frame.records = static_cast<std::uint32_t>(facts.records);
  frame.next_ordinal = facts.decisions;
  frame.chain = NextChain(summary_.chain, AsBytes(bytes), frame);
  AppendRecord(CommitHead(facts.last_us), AsPayload(frame), salt_, bytes);
  RETURN_IF_ERROR(Put(summary_.end, bytes));
  summary_.Add(facts, summary_.end);
  summary_.end += bytes.size();
  summary_.chain = frame.chain;
  ++summary_.commits;
  marked_to_ = frame.synced_to;
  dirty_ = true;
  return Ok();
}

Status SegmentWriter::Sync() {
  CHECK(!poisoned_);
  if (Status synced = file_->Sync(); !synced.ok()) {
    poisoned_ = true;
    return synced;
  }
  synced_ = {head_.number, summary_.end, summary_.chain};
  dirty_ = false;
  return Ok();
}

void SegmentWriter::NoteSynced(const Written& written) {
  if (written.end.end <= synced_.end) return;  // a later sync came first
  synced_ = written.end;
  dirty_ = summary_.records != written.records;
}

Status SegmentWriter::MarkSynced() {
  if (marked() || dirty_) return Ok();
  CommitFrame frame;
  frame.group_start = frame.synced_to = summary_.end;
  frame.next_ordinal = summary_.decisions;
  frame.chain = NextChain(summary_.chain, {}, frame);
  std::string bytes;
  AppendRecord(CommitHead(summary_.last_us), AsPayload(frame), salt_, bytes);
  // The mark is a promise about what lies before it, so it must not become a place of its own that
  // a later head could name as the end: synced_ stays.
  RETURN_IF_ERROR(Put(summary_.end, bytes));
  marked_to_ = frame.synced_to;
  summary_.end += bytes.size();
  summary_.chain = frame.chain;
  ++summary_.commits;
  return Ok();
}

Status SegmentWriter::Seal() {
  CHECK(!poisoned_ && at_synced_end());
  return SealSegment(*file_, salt_, summary_);
}

Status SealSegment(File& file, std::uint32_t salt, const SegmentSummary& summary) {
  RecordHead head;
  head.kind = RecordKind::kFooter;
  head.at_us = summary.last_us;
  std::string bytes;
  AppendRecord(head, EncodeSummary(summary), salt, bytes);
  bytes += EncodeTrailer(summary.end, salt);
  RETURN_IF_ERROR(file.WriteAt(summary.end, AsBytes(bytes)));
  RETURN_IF_ERROR(file.Truncate(summary.end + bytes.size()));
  return file.Sync();
}

}  // namespace mooring::records
