// FileSystem and File: the only door to the disk for bytes whose loss would matter. The machine's
// own implementation is PosixFileSystem(); tests use SimulatedFileSystem, which can cut the
// power, tear a write, fill the disk and fail a sync at any chosen call.
//
// What is durable: bytes of a file after its Sync() returned success; a directory's entries
// (created, renamed, removed names) after SyncDirectory() on it did. Nothing else is promised.
// After a failed Sync the unsynced bytes of that file must be taken for lost: write them again
// elsewhere.
//
// Thread safety: FileSystem from any thread; a File from one thread at a time, but ReadAt may run
// beside one writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring {

using ByteSpan = std::span<const std::byte>;

inline ByteSpan AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view AsText(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

enum class OpenMode {
  kRead,       // must exist
  kReadWrite,  // created when absent
  kCreateNew,  // kAlreadyExists when present
  kCreatePrivate,  // as kCreateNew, for the owner's eyes alone
};

class File {
 public:
  virtual ~File() = default;
  // Reads up to out.size() bytes; fewer only at the end of the file.
  virtual Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) = 0;
  // Writes all of the bytes or fails; a failed write may have written some.
  virtual Status WriteAt(std::uint64_t offset, ByteSpan bytes) = 0;
  virtual Status Sync() = 0;  // fdatasync
  virtual Status Truncate(std::uint64_t size) = 0;
  // Reserves disk space without changing the size that readers see as data of other files.
  virtual Status Allocate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> Size() = 0;
  // Whether `path` still names this very file: false once it was removed, moved or replaced.
  virtual Result<bool> IsAt(const std::string& path) = 0;
};

// A read-only mapping of a whole file; the bytes live as long as the object.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  virtual ByteSpan bytes() const = 0;
};

// Held until destroyed; a second holder, in this or another process, gets kConflict.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

struct FileStat {
  std::uint64_t size = 0;
  bool is_directory = false;
  std::uint32_t permissions = 0600;  // the nine bits of rwx, where the file system has them
  bool is_file = true;   // bytes with an end: neither a directory, nor a pipe, nor a device
  bool is_link = false;  // the path itself is a symbolic link; all else tells of its target
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  virtual Result<std::unique_ptr<MappedFile>> Map(const std::string& path) = 0;
  virtual Result<FileStat> Stat(const std::string& path) = 0;         // kNotFound when absent
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;  // names, sorted
  // With parents; ok when present. What it made is durable on return.
  virtual Status MakeDirectories(const std::string& path) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual Status Remove(const std::string& path) = 0;  // a file or an empty directory
  virtual Status SyncDirectory(const std::string& path) = 0;
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
  virtual Result<std::uint64_t> FreeBytes(const std::string& path) = 0;

  // Made of the above.
  bool Exists(const std::string& path);
  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes);
  // All or nothing, durable: temporary file, sync, rename, sync of the directory.
  Status WriteFileDurably(const std::string& path, ByteSpan bytes);
};

// The machine's file system. Error messages carry the path and the system's reason; a full disk is
// kResourceExhausted, absence kNotFound, everything else of the disk kUnavailable.
FileSystem& PosixFileSystem();

}  // namespace mooring
