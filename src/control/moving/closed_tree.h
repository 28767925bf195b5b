// ClosedTree: a directory that came from outside, read without ever leaving it.
//
// A path is taken part by part from the root: an empty part, ".", "..", a backslash or a control
// character is kInvalidArgument; a symbolic link, a pipe or a device anywhere on the way is
// kUnsupported. (The root itself is the caller's own word and may be a link.) Sizes, numbers of
// files and depth are bounded. Who can write to the directory while it is read could still swap a
// directory for a link between the look and the opening: read copies, or directories of one's own.
//
// Thread safety: that of the FileSystem. Failure: kNotFound, kInvalidArgument, kUnsupported,
// kTooLarge, each placed at the path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "control/moving/mlflow_source.h"

namespace mooring::control {

inline constexpr std::size_t kTreeDepth = 32;
inline constexpr std::size_t kTreeFiles = 1'000'000;
inline constexpr std::uint64_t kTextFileBytes = 64ULL << 20;  // of meta.yaml, a tag, a history

struct TreeEntry {
  std::string name;
  bool is_directory = false;
  std::uint64_t bytes = 0;
};

class ClosedTree {
 public:
  ClosedTree(FileSystem& files, std::string root) : files_(&files), root_(std::move(root)) {}
  const std::string& root() const { return root_; }

  // What lies directly under a directory, by name: files and directories. Links, pipes and devices
  // are left out and told in `left_out`. A directory that is not there has nothing in it.
  Result<std::vector<TreeEntry>> List(const std::string& directory,
                                      std::vector<std::string>* left_out = nullptr) const;
  // All files below, by path relative to it.
  Result<std::vector<SourceArtifact>> Walk(const std::string& directory,
                                           std::vector<std::string>* left_out = nullptr) const;
  bool HasFile(const std::string& path) const;
  bool HasDirectory(const std::string& path) const;
  Result<std::string> Text(const std::string& path, std::uint64_t limit = kTextFileBytes) const;
  Result<std::unique_ptr<ByteStream>> Open(const std::string& path) const;

 private:
  Result<FileStat> Look(const std::string& path) const;
  std::string Full(const std::string& path) const;
  FileSystem* files_;
  std::string root_;
};

// "a" and "b" give "a/b"; "" and "b" give "b", as "b" and "" do.
std::string JoinPath(std::string_view directory, std::string_view name);
// One part of a path that may be a name of a file.
Status CheckPathPart(std::string_view part);
// The path of a local URI (file:///x, file:x, /x) or of a path; kUnsupported for other schemes, a
// host, and what "%" hides.
Result<std::string> LocalPath(std::string_view uri);
// `path` relative to `root`, when it lies inside by its text; kPermissionDenied otherwise.
Result<std::string> Inside(std::string_view root, std::string_view path);

}  // namespace mooring::control
