// Artifact: what a user hands over as a model, one file or a small directory of files, as named
// bytes. It knows nothing of disks or stores: whoever has the bytes makes one (ReadArtifact for a
// path, records/registry for a stored version).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::model {

struct ArtifactFile {
  std::string path;  // relative, '/' between parts, never "..", unique; a file keeps its name
  ByteSpan bytes;    // lives as long as the Artifact
};

class Artifact {
 public:
  // `owner` keeps the bytes alive.
  Artifact(std::vector<ArtifactFile> files, std::shared_ptr<const void> owner)
      : files_(std::move(files)), owner_(std::move(owner)) {}
  const std::vector<ArtifactFile>& files() const { return files_; }
  // Null when absent.
  const ArtifactFile* Find(std::string_view path) const;

 private:
  std::vector<ArtifactFile> files_;
  std::shared_ptr<const void> owner_;
};

// Maps a file, or every file under a directory; fails as MapTree (base/io/file_tree.h) does, which
// bounds what it reads and refuses links.
Result<Artifact> ReadArtifact(FileSystem& files, const std::string& path);

}  // namespace mooring::model
