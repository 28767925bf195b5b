#include "base/io/file_system.h"

namespace mooring {
namespace {

std::string ParentOf(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

bool FileSystem::Exists(const std::string& path) { return Stat(path).ok(); }

Result<std::string> FileSystem::ReadFile(const std::string& path, std::uint64_t limit_bytes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<File> file, Open(path, OpenMode::kRead));
  ASSIGN_OR_RETURN(const std::uint64_t size, file->Size());
  if (size > limit_bytes) {
    return Error(Code::kTooLarge, path + " has " + std::to_string(size) + " bytes")
        .Why("the limit is " + std::to_string(limit_bytes));
  }
  std::string text(size, '\0');
  ASSIGN_OR_RETURN(const std::size_t got,
                   file->ReadAt(0, std::as_writable_bytes(std::span(text.data(), text.size()))));
  text.resize(got);
  return text;
}

Status FileSystem::WriteFileDurably(const std::string& path, ByteSpan bytes) {
  const std::string temporary = path + ".tmp";
  const auto write = [&]() -> Status {
    ASSIGN_OR_RETURN(const std::unique_ptr<File> file, Open(temporary, OpenMode::kReadWrite));
    RETURN_IF_ERROR(file->Truncate(0));
    RETURN_IF_ERROR(file->WriteAt(0, bytes));
    RETURN_IF_ERROR(file->Sync());
    return Rename(temporary, path);
  };
  if (Status written = write(); !written.ok()) {
    static_cast<void>(Remove(temporary));
    return written;
  }
  return SyncDirectory(ParentOf(path));
}

}  // namespace mooring
