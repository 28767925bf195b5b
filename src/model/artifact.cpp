#include "model/artifact.h"

#include <algorithm>

#include "base/io/file_tree.h"

namespace mooring::model {

const ArtifactFile* Artifact::Find(std::string_view path) const {
  const auto found = std::ranges::find(files_, path, &ArtifactFile::path);
  return found == files_.end() ? nullptr : &*found;
}

Result<Artifact> ReadArtifact(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(std::vector<TreeFile> tree, MapTree(files, path));
  std::vector<ArtifactFile> named;
  named.reserve(tree.size());
  for (const TreeFile& file : tree) named.push_back({file.path, file.mapping->bytes()});
  return Artifact(std::move(named), std::make_shared<std::vector<TreeFile>>(std::move(tree)));
}

}  // namespace mooring::model
