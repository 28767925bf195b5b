#include "model/artifact.h"

#include <algorithm>

#include "base/limits.h"

namespace mooring::model {
namespace {

constexpr std::size_t kFiles = 1024, kDepth = 8;

class Gatherer {
 public:
  explicit Gatherer(FileSystem& files) : files_(files) {}

  Status AddFile(const std::string& path, std::string name) {
    ASSIGN_OR_RETURN(const FileStat stat, files_.Stat(path));
    if (stat.size > limits::kArtifactBytes - total_) {
      return Error(Code::kTooLarge, "the model has more than " +
                                        std::to_string(limits::kArtifactBytes) + " bytes")
          .Where(path);
    }
    if (gathered_.size() >= kFiles) {
      return Error(Code::kTooLarge, "the model has more than " + std::to_string(kFiles) + " files")
          .Where(path);
    }
    ArtifactFile file{std::move(name), {}};
    if (stat.size != 0) {
      ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> mapped, files_.Map(path));
      file.bytes = mapped->bytes();
      maps_->push_back(std::move(mapped));
    }
    total_ += file.bytes.size();
    gathered_.push_back(std::move(file));
    return Ok();
  }

  // `prefix` is the directory's own path inside the artifact, with a slash, or empty.
  Status AddDirectory(const std::string& path, const std::string& prefix, std::size_t depth) {
    if (depth > kDepth) return Error(Code::kTooLarge, "directories nested too deeply").Where(path);
    ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.List(path));
    for (const std::string& name : names) {
      const std::string full = path + "/" + name;
      ASSIGN_OR_RETURN(const FileStat stat, files_.Stat(full));
      if (stat.is_directory) {
        RETURN_IF_ERROR(AddDirectory(full, prefix + name + "/", depth + 1));
      } else {
        RETURN_IF_ERROR(AddFile(full, prefix + name));
      }
    }
    return Ok();
  }

  Artifact Finish() && { return Artifact(std::move(gathered_), std::move(maps_)); }

 private:
  FileSystem& files_;
  std::vector<ArtifactFile> gathered_;
  std::shared_ptr<std::vector<std::unique_ptr<MappedFile>>> maps_ =
      std::make_shared<std::vector<std::unique_ptr<MappedFile>>>();
  std::size_t total_ = 0;
};

}  // namespace

const ArtifactFile* Artifact::Find(std::string_view path) const {
  const auto found = std::ranges::find(files_, path, &ArtifactFile::path);
  return found == files_.end() ? nullptr : &*found;
}

Result<Artifact> ReadArtifact(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const FileStat stat, files.Stat(path));
  Gatherer gatherer(files);
  if (stat.is_directory) {
    RETURN_IF_ERROR(gatherer.AddDirectory(path, "", 0));
  } else {
    RETURN_IF_ERROR(gatherer.AddFile(path, path.substr(path.find_last_of('/') + 1)));
  }
  return std::move(gatherer).Finish();
}

}  // namespace mooring::model
