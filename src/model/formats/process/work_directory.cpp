#include "model/formats/process/work_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace mooring::model {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPrefix = "worker-", kLock = ".lock";
constexpr std::size_t kFilesCounted = 10'000;

Error DiskError(const std::string& path, int number) {
  return Error(number == ENOSPC ? Code::kResourceExhausted : Code::kUnavailable,
               "cannot write a model's copy for Python")
      .Where(path)
      .Why(std::strerror(number));
}

Status MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return Ok();
  return DiskError(path, errno);
}

// With the directories that lead there, below `root`.
Status WriteOnce(const std::string& root, const std::string& path, std::string_view bytes) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    RETURN_IF_ERROR(MakeDirectory(root + "/" + path.substr(0, slash)));
  }
  const std::string full = root + "/" + path;
  const int file = ::open(full.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
  if (file < 0) return DiskError(full, errno);
  int problem = 0;
  while (!bytes.empty() && problem == 0) {
    const ssize_t wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) problem = errno;
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  ::close(file);
  if (problem != 0) return DiskError(full, problem);
  return Ok();
}

void RemoveTree(const std::string& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

// Directories whose server is no more.
void RemoveAbandoned(const std::string& parent) {
  const auto names = PosixFileSystem().List(parent);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (!name.starts_with(kPrefix) || !name.ends_with(kLock)) continue;
    const std::string lock_file = parent + "/" + name;
    auto lock = PosixFileSystem().Lock(lock_file);
    if (!lock.ok()) continue;
    RemoveTree(lock_file.substr(0, lock_file.size() - kLock.size()));
    ::unlink(lock_file.c_str());
  }
}

}  // namespace

bool StaysBelow(std::string_view path) {
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos) {
      return false;
    }
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

WorkDirectory::WorkDirectory(std::string path, std::unique_ptr<FileLock> lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

Result<std::unique_ptr<WorkDirectory>> WorkDirectory::Make(const std::string& parent,
                                                           const std::vector<ArtifactFile>& files,
                                                           std::string_view script) {
  static std::atomic<std::uint64_t> next{0};
  RETURN_IF_ERROR(PosixFileSystem().MakeDirectories(parent));
  RemoveAbandoned(parent);
  std::error_code problem;
  const fs::path whole = fs::canonical(parent, problem);
  if (problem) return DiskError(parent, problem.value());
  std::string path = whole.string() + "/" + std::string(kPrefix) + std::to_string(::getpid()) +
                     "-" + std::to_string(next.fetch_add(1));
  ASSIGN_OR_RETURN(auto lock, PosixFileSystem().Lock(path + std::string(kLock)));
  RemoveTree(path);
  // From here on the destructor cleans up.
  std::unique_ptr<WorkDirectory> made(new WorkDirectory(std::move(path), std::move(lock)));
  RETURN_IF_ERROR(MakeDirectory(made->path()));
  RETURN_IF_ERROR(MakeDirectory(made->model()));
  for (const ArtifactFile& file : files) {
    if (!StaysBelow(file.path)) {
      return Error(Code::kInvalidArgument, "a file of the model leaves its directory")
          .Where(file.path.substr(0, 200));
    }
    RETURN_IF_ERROR(WriteOnce(made->model(), file.path, AsText(file.bytes)));
  }
  RETURN_IF_ERROR(WriteOnce(made->path(), "mooring_worker.py", script));
  return made;
}

WorkDirectory::~WorkDirectory() {
  RemoveTree(path_);
  ::unlink((path_ + std::string(kLock)).c_str());
}

std::string WorkDirectory::Scratch(std::size_t worker) const {
  return path_ + "/scratch-" + std::to_string(worker);
}

Result<std::string> WorkDirectory::FreshScratch(std::size_t worker) const {
  std::string path = Scratch(worker);
  RemoveTree(path);
  RETURN_IF_ERROR(MakeDirectory(path));
  return path;
}

std::uint64_t WorkDirectory::ScratchBytes(std::size_t worker) const {
  std::uint64_t bytes = 0;
  std::size_t counted = 0;
  std::error_code problem;
  fs::recursive_directory_iterator at(Scratch(worker), problem);
  for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
    // So many files are as bad as large ones.
    if (++counted > kFilesCounted) return UINT64_MAX;
    std::error_code gone;
    if (at->symlink_status(gone).type() != fs::file_type::regular) continue;
    const std::uintmax_t size = fs::file_size(at->path(), gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace mooring::model
