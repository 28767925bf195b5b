// WorkDirectory: a directory of a loaded model's own, below the data directory, with a copy of the
// model that workers read and scratch space that they may write. Goes when the object does; what a
// killed server left is found by its free lock and removed by the next one.
//
//   parent/worker-PID-N.lock   held while it is used
//   parent/worker-PID-N/model/…  mooring_worker.py  scratch-0/ …
//
// Thread safety: const use from any thread. Failure: as the disk's; a path in `files` that leaves
// the directory is kInvalidArgument. Nothing here must survive a crash, so nothing is synced.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "model/artifact.h"

namespace mooring::model {

class WorkDirectory {
 public:
  static Result<std::unique_ptr<WorkDirectory>> Make(const std::string& parent,
                                                     const std::vector<ArtifactFile>& files,
                                                     std::string_view script);
  ~WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string model() const { return path_ + "/model"; }
  std::string script() const { return path_ + "/mooring_worker.py"; }
  // Empty, for a worker that starts.
  Result<std::string> FreshScratch(std::size_t worker) const;
  // Bytes of files there, counted up to a number of files.
  std::uint64_t ScratchBytes(std::size_t worker) const;

 private:
  WorkDirectory(std::string path, std::unique_ptr<FileLock> lock);
  std::string Scratch(std::size_t worker) const;

  const std::string path_;
  std::unique_ptr<FileLock> lock_;
};

// Whether a path stays below where it starts: parts without "", "." and "..".
bool StaysBelow(std::string_view path);

}  // namespace mooring::model
