// File tree: a file, or a directory with everything below it, mapped and named.
//
// For trees that come from outside, such as a model directory: bounded in files, bytes and depth,
// and closed, so that nothing outside the directory is read on its behalf. A symbolic link below
// the directory is refused (a link that leads to the whole is the caller's own and followed), and
// so is a pipe or a device, which might never end.
//
//   ASSIGN_OR_RETURN(std::vector<TreeFile> tree, MapTree(files, "models/price"));
//
// Thread safety: that of the FileSystem.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring {

struct TreeFile {
  std::string path;                     // relative, with '/'; a lone file has its own name
  std::unique_ptr<MappedFile> mapping;  // never null
};

// By path. Errors: kNotFound; kTooLarge above limits::kArtifactFiles, kArtifactBytes or
// kArtifactDepth; kUnsupported for a link, a pipe or a device, all placed at the path.
Result<std::vector<TreeFile>> MapTree(FileSystem& files, const std::string& path);

}  // namespace mooring
