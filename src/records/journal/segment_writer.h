// SegmentWriter: one segment being written: begin, groups, sync, seal. For the journal's writer
// only.
//
// Thread safety: one thread at a time. Failure: after a failed Write or Sync the segment is
// poisoned: what was not synced is lost, the file is never synced again, and nothing more may be
// written; the next segment's head says where this one ends.
// Cost of a group: one copy by the system, one SHA-256 (0.5 ns a byte), one fdatasync.
#pragma once

#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "base/result.h"
#include "records/journal/segment_format.h"

namespace mooring::records {

// Where a segment ends and the chain there: what the next one's head repeats.
struct ChainEnd {
  std::uint32_t segment = 0;       // 0: before the very first
  std::uint64_t end = 0;
  Digest chain{};
};

class SegmentWriter {
 public:
  struct Options {
    FileSystem* files = nullptr;
    std::string directory;
    std::uint16_t replica = 1;
    std::uint64_t epoch = 1;
    std::uint64_t segment_bytes = 0;
    Time created;
  };
  // Makes the segment that follows `previous`: allocated, with its head durable under its final
  // name.
  static Result<std::unique_ptr<SegmentWriter>> Begin(const Options& options,
                                                      const ChainEnd& previous);

  // Closes the group with a commit frame (appended to `bytes`) and writes it. `facts` are the
  // group's, with offsets from its start; its last_us is the commit's time.
  Status Write(std::string& bytes, const SegmentSummary& facts);
  Status Sync();
  // A sync beside the writes: `file` is synced without the writer, from any thread, and what was
  // written before this call is known to be durable once NoteSynced is told.
  struct Written {
    std::shared_ptr<File> file;
    ChainEnd end;
    std::uint64_t records = 0;
  };
  Written BeginSync() const {
    return {file_, {head_.number, summary_.end, summary_.chain}, summary_.records};
  }
  void NoteSynced(const Written& written);
  // Says on disk that everything written is durable, unless a frame says so already. Not synced
  // itself.
  Status MarkSynced();
  // Writes the footer and cuts the file to its size. The writer must be at its synced end.
  Status Seal();

  std::uint32_t number() const { return head_.number; }
  std::uint32_t salt() const { return salt_; }
  bool poisoned() const { return poisoned_; }
  // Groups were written since the last sync.
  bool dirty() const { return dirty_; }
  bool marked() const { return marked_to_ >= synced_.end; }
  bool at_synced_end() const { return synced_.end == summary_.end; }
  // After the last write that was synced.
  const ChainEnd& synced() const { return synced_; }
  const SegmentSummary& summary() const { return summary_; }

 private:
  SegmentWriter() = default;
  Status Put(std::uint64_t offset, std::string_view bytes);

  std::shared_ptr<File> file_;
  SegmentHead head_;
  std::uint32_t salt_ = 0;
  SegmentSummary summary_;   // end and chain: written
  ChainEnd synced_;
  std::uint64_t marked_to_ = 0;  // greatest synced_to on disk
  bool dirty_ = false;
  bool poisoned_ = false;
};

// Writes footer and trailer of a segment at `summary.end` and cuts the file there, durably.
Status SealSegment(File& file, std::uint32_t salt, const SegmentSummary& summary);

}  // namespace mooring::records
