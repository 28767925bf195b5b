#include "base/io/file_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"

namespace mooring {
namespace {

class Walk {
 public:
  explicit Walk(FileSystem& files) : files_(files) {}

  Status AddFile(const std::string& path, const FileStat& stat, std::string relative) {
    if (!stat.is_file) {
      return Error(Code::kUnsupported, "neither a file nor a directory").Where(path);
    }
    if (found_.size() >= limits::kArtifactFiles) {
      return TooLarge(fmt::format("more than {} files", limits::kArtifactFiles), path);
    }
    if (stat.size > limits::kArtifactBytes - bytes_) {
      return TooLarge(fmt::format("more than {} bytes", limits::kArtifactBytes), path);
    }
    ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> mapping, files_.Map(path));
    bytes_ += stat.size;
    found_.push_back({std::move(relative), std::move(mapping)});
    return Ok();
  }

  // `prefix` is the directory's own path in the tree, with a slash behind it, or empty.
  Status AddDirectory(const std::string& path, const std::string& prefix, std::size_t depth) {
    if (depth > limits::kArtifactDepth) {
      return TooLarge(fmt::format("directories nest more than {} deep", limits::kArtifactDepth),
                      path);
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(path));
    for (const std::string& name : names) {
      const std::string child = path + "/" + name;
      ASSIGN_OR_RETURN(const FileStat stat, files_.Stat(child));
      if (stat.is_link) return Link(child);
      RETURN_IF_ERROR(stat.is_directory ? AddDirectory(child, prefix + name + "/", depth + 1)
                                        : AddFile(child, stat, prefix + name));
    }
    return Ok();
  }

  std::vector<TreeFile> Finish() && {
    std::ranges::sort(found_, {}, &TreeFile::path);
    return std::move(found_);
  }

 private:
  static Error TooLarge(std::string what, const std::string& path) {
    return Error(Code::kTooLarge, std::move(what)).Where(path);
  }

  static Error Link(const std::string& path) {
    return Error(Code::kUnsupported, "a symbolic link inside a directory")
        .Where(path)
        .Why("a link may lead out of the directory")
        .Help("copy the directory with its links followed: cp -rL");
  }

  FileSystem& files_;
  std::vector<TreeFile> found_;
  std::uint64_t bytes_ = 0;
};

std::string LastPart(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path.substr(path.rfind('/') + 1));  // npos + 1 is 0
}

}  // namespace

Result<std::vector<TreeFile>> MapTree(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const FileStat stat, files.Stat(path));
  Walk walk(files);
  RETURN_IF_ERROR(stat.is_directory ? walk.AddDirectory(path, "", 0)
                                    : walk.AddFile(path, stat, LastPart(path)));
  return std::move(walk).Finish();
}

}  // namespace mooring
