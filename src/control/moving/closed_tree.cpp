#include "control/moving/closed_tree.h"

#include <algorithm>

#include "base/text/utf8.h"

namespace mooring::control {
namespace {

constexpr std::size_t kStreamBytes = 1 << 20;

class FileStream final : public ByteStream {
 public:
  FileStream(std::unique_ptr<File> file, std::uint64_t bytes)
      : file_(std::move(file)), bytes_(bytes), buffer_(kStreamBytes) {}

  // No further than the size it had when it was opened: a file that grows has an end, too.
  Result<ByteSpan> Next() override {
    const auto most =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes_ - at_, buffer_.size()));
    if (most == 0) return ByteSpan();
    ASSIGN_OR_RETURN(const std::size_t got,
                     file_->ReadAt(at_, std::span<std::byte>(buffer_.data(), most)));
    if (got == 0) return Error(Code::kConflict, "the file became shorter while it was read");
    at_ += got;
    return ByteSpan(buffer_.data(), got);
  }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t bytes_, at_ = 0;
  std::vector<std::byte> buffer_;
};

Error NotFollowed(const std::string& path, std::string_view what) {
  return Error(Code::kUnsupported, std::string(what) + " is not followed").Where(path);
}

}  // namespace

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  if (name.empty()) return std::string(directory);
  if (directory.back() == '/') return std::string(directory) + std::string(name);
  return std::string(directory) + "/" + std::string(name);
}

Status CheckPathPart(std::string_view part) {
  const bool control = std::ranges::any_of(part, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f' || c == '\\' || c == '/';
  });
  if (part.empty() || part == "." || part == ".." || part.size() > 255 || control ||
      FirstInvalidUtf8(part) != part.size()) {
    return Error(Code::kInvalidArgument, "a name that no file of ours may have");
  }
  return Ok();
}

Result<std::string> LocalPath(std::string_view uri) {
  std::string_view path = uri;
  if (path.starts_with("file://")) {
    path.remove_prefix(7);
    if (path.starts_with("localhost/")) path.remove_prefix(9);
  } else if (path.starts_with("file:")) {
    path.remove_prefix(5);
  } else if (path.find(':') < path.find('/')) {
    return Error(Code::kUnsupported, "not a local place").Where(std::string(uri.substr(0, 200)));
  }
  if (!path.starts_with('/') || path.find_first_of("%?#") != path.npos) {
    return Error(Code::kUnsupported, "not a plain absolute path")
        .Where(std::string(uri.substr(0, 200)));
  }
  return std::string(path);
}

Result<std::string> Inside(std::string_view root, std::string_view path) {
  while (root.size() > 1 && root.ends_with('/')) root.remove_suffix(1);
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const bool below = path.starts_with(root) &&
                     (path.size() == root.size() || path[root.size()] == '/' || root == "/");
  if (!below) {
    return Error(Code::kPermissionDenied, "outside the directory that artifacts are read from")
        .Where(std::string(path.substr(0, 200)));
  }
  path.remove_prefix(root.size());
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(path);
}

std::string ClosedTree::Full(const std::string& path) const {
  return path.empty() ? root_ : JoinPath(root_, path);
}

// Each part on the way is looked at: a link among them could lead anywhere.
Result<FileStat> ClosedTree::Look(const std::string& path) const {
  ASSIGN_OR_RETURN(FileStat facts, files_->Stat(root_));
  std::size_t parts = 0;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (Status name = CheckPathPart(std::string_view(path).substr(at, end - at)); !name.ok()) {
      return std::move(name).error().Where(path);
    }
    if (++parts > kTreeDepth) return Error(Code::kTooLarge, "too deep").Where(path);
    ASSIGN_OR_RETURN(facts, files_->Stat(Full(path.substr(0, end))));
    if (facts.is_link) return NotFollowed(path.substr(0, end), "a symbolic link");
    if (end < path.size() && !facts.is_directory) {
      return Error(Code::kNotFound, "no such directory").Where(path.substr(0, end));
    }
    at = end + 1;
  }
  if (!facts.is_directory && !facts.is_file) return NotFollowed(path, "a pipe or a device");
  return facts;
}

bool ClosedTree::HasFile(const std::string& path) const {
  const auto facts = Look(path);
  return facts.ok() && facts->is_file;
}

bool ClosedTree::HasDirectory(const std::string& path) const {
  const auto facts = Look(path);
  return facts.ok() && facts->is_directory;
}

Result<std::vector<TreeEntry>> ClosedTree::List(const std::string& directory,
                                                std::vector<std::string>* left_out) const {
  std::vector<TreeEntry> entries;
  const auto facts = Look(directory);
  if (!facts.ok() && facts.error().code() == Code::kNotFound) return entries;
  if (!facts.ok()) return facts.error();
  if (!facts->is_directory) return entries;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files_->List(Full(directory)));
  if (names.size() > kTreeFiles) return Error(Code::kTooLarge, "too many files").Where(directory);
  for (const std::string& name : names) {
    const auto entry = Look(JoinPath(directory, name));
    if (entry.ok()) {
      entries.push_back({name, entry->is_directory, entry->is_directory ? 0 : entry->size});
    } else if (left_out != nullptr) {
      left_out->push_back(JoinPath(directory, name) + ": " + entry.error().message());
    }
  }
  return entries;
}

Result<std::vector<SourceArtifact>> ClosedTree::Walk(const std::string& directory,
                                                     std::vector<std::string>* left_out) const {
  std::vector<SourceArtifact> found;
  std::vector<std::string> waiting{""};
  while (!waiting.empty()) {
    const std::string below = std::move(waiting.back());
    waiting.pop_back();
    ASSIGN_OR_RETURN(const std::vector<TreeEntry> entries,
                     List(below.empty() ? directory : JoinPath(directory, below), left_out));
    for (const TreeEntry& entry : entries) {
      std::string path = JoinPath(below, entry.name);
      if (entry.is_directory) {
        waiting.push_back(std::move(path));
      } else {
        found.push_back({std::move(path), entry.bytes});
      }
    }
    if (found.size() + waiting.size() > kTreeFiles) {
      return Error(Code::kTooLarge, "too many files").Where(directory);
    }
  }
  std::ranges::sort(found, {}, &SourceArtifact::path);
  return found;
}

Result<std::string> ClosedTree::Text(const std::string& path, std::uint64_t limit) const {
  ASSIGN_OR_RETURN(const FileStat facts, Look(path));
  if (!facts.is_file) return Error(Code::kNotFound, "no such file").Where(path);
  if (facts.size > limit) return Error(Code::kTooLarge, "the file is too large").Where(path);
  return files_->ReadFile(Full(path), limit);
}

Result<std::unique_ptr<ByteStream>> ClosedTree::Open(const std::string& path) const {
  ASSIGN_OR_RETURN(const FileStat facts, Look(path));
  if (!facts.is_file) return Error(Code::kNotFound, "no such file").Where(path);
  ASSIGN_OR_RETURN(std::unique_ptr<File> file, files_->Open(Full(path), OpenMode::kRead));
  return std::unique_ptr<ByteStream>(std::make_unique<FileStream>(std::move(file), facts.size));
}

}  // namespace mooring::control
