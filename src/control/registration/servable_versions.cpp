#include "control/registration/servable_versions.h"

#include <fmt/format.h>

#include "records/catalogue/artifact_location.h"

namespace mooring::control {
namespace {

using records::ModelVersion;

// A directory that is gone, with all in it, when this is.
class Scratch {
 public:
  Scratch(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {
    Clear(path_, 0);  // what a crash left
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { Clear(path_, 0); }
  const std::string& path() const { return path_; }

 private:
  // Best effort: what stays is removed next time.
  void Clear(const std::string& path, int depth) {
    constexpr int kDeepest = 64;
    const auto stat = files_.Stat(path);
    if (!stat.ok() || depth > kDeepest) return;
    const bool enter = stat->is_directory && !stat->is_link;
    if (const auto names = files_.List(path); enter && names.ok()) {
      for (const std::string& name : *names) Clear(path + "/" + name, depth + 1);
    }
    static_cast<void>(files_.Remove(path));
  }
  FileSystem& files_;
  const std::string path_;
};

Error Cannot(const ModelVersion& version, const Error& why) {
  Error error(Code::kFailedPrecondition, fmt::format("version {} of '{}' cannot serve: {}",
                                                     version.number, version.model, why.message()));
  return std::move(error).Why(why.why()).Help(why.help());
}

// What the version itself is to blame for, apart from a disk that is full or a lock that is held.
bool IsItsOwnFault(Code code) {
  switch (code) {
    case Code::kResourceExhausted:
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kInternal: return false;
    default: return true;
  }
}

}  // namespace

Status ServableVersions::Make(std::string_view model, VersionNumber number,
                              const records::Change& change) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(const ModelVersion version, options_.catalogue->Version(model, number));
  if (version.native) return Ok();
  const auto make = [&]() -> Status {
    ASSIGN_OR_RETURN(const std::string uri,
                     ArtifactUriOf(*options_.catalogue, options_.tracking, version.source));
    ASSIGN_OR_RETURN(const std::string stored, records::StoredPath(uri));
    FileSystem& files = *options_.registrar.files;
    const Scratch scratch(files, options_.scratch);
    RETURN_IF_ERROR(files.MakeDirectories(scratch.path()));
    // Named as the client's directory: the artifact keeps its name.
    const std::string directory = scratch.path() + "/model";
    RETURN_IF_ERROR(options_.artifacts->Materialise(stored, directory));
    return Register(version, directory, change);
  };
  const Status made = make();
  if (made.ok() || !IsItsOwnFault(made.error().code())) return made;
  return Cannot(version, made.error());
}

Status ServableVersions::Register(const ModelVersion& version, const std::string& directory,
                                  const records::Change& change) {
  RegisterRequest request;
  request.model = version.model;
  request.artifact_path = directory;
  request.source = version.source;
  request.reserved = version.number;
  request.change = change;
  request.change.if_revision.reset();
  request.change.force = false;
  ASSIGN_OR_RETURN(const Registered made, RegisterVersion(options_.registrar, request));
  return Ok();
}

}  // namespace mooring::control
