// LogFile: the control log on disk while its lock is held: opened and, after a crash, repaired; one
// record appended. Use ControlLog, which locks; this is its hands.
//
// What a crash may leave is cut: bytes behind the durable mark that are no whole, fitting lines, of
// at most one record. Whole lines there that follow are kept. Either is told by repaired().
// Everything else that does not fit (a shorter file, another last line, bytes changed before the
// mark, no mark and a broken line, a whole entry behind the mark that does not follow: one that was
// repeated, moved or forged) is kDataLoss with its place, and nothing is written.
//
// Thread safety: one thread, under the lock. Cost: Open reads the mark and what lies behind it, not
// the log; Append is two writes and two fdatasync.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "records/audit/log_mark.h"

namespace mooring::records {

// Files of the log's directory.
std::string ControlLogPath(const std::string& directory);
std::string MarkPath(const std::string& directory);

// What to do about a damaged log.
inline constexpr std::string_view kDamageHelp =
    "see every place with: mooring audit verify; then move the directory of the log away, whole: "
    "it is evidence, and the next change begins a new log";

class LogFile {
 public:
  // The directory must be there; the files are made.
  static Result<LogFile> Open(FileSystem& files, const std::string& directory);

  const LogMark& durable() const { return mark_; }
  // What opening mended, for people; "" nothing.
  const std::string& repaired() const { return repaired_; }
  // Durable on return. After a failure the record is not in the log, or stands there as one whose
  // writer was told that it failed.
  Status Append(std::string_view record);

 private:
  LogFile(std::unique_ptr<File> log, std::unique_ptr<File> mark, std::string path)
      : log_(std::move(log)), mark_file_(std::move(mark)), path_(std::move(path)) {}
  Status Find();
  Status Begin();
  Status CheckEnd() const;
  Status TakeTail();
  Status CheckUnfinished(std::string_view rest);
  void NoteRepair(std::uint64_t taken, std::uint64_t cut);
  Status SaveMark();
  Error Damaged(const std::string& what, std::uint64_t offset) const;

  std::unique_ptr<File> log_, mark_file_;
  std::string path_, repaired_;
  LogMark mark_;
  std::uint64_t free_slot_ = 0;
  TreeHasher tree_hasher_;
  ChainHasher chain_hasher_;
};

}  // namespace mooring::records
