#include <unistd.h>

#include <array>

#include "app/server.h"
#include "base/io/file_system.h"

namespace mooring::app {
namespace {

std::string FolderOfProgram() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0) return ".";
  const std::string whole(path.data(), static_cast<std::size_t>(size));
  return whole.substr(0, whole.rfind('/'));
}

}  // namespace

DataPaths::DataPaths(std::string directory)
    : root(std::move(directory)),
      blobs(root + "/blobs"),
      journal(root + "/journal"),
      lake(root + "/lake"),
      watch_checkpoint(root + "/watch.json"),
      watch_history(root + "/watch"),
      incidents(root + "/incidents.db"),
      kills(root + "/kills.json"),
      panic(root + "/KILL"),
      limits(root + "/limits.snapshot"),
      control(root + "/control"),
      lock(root + "/server.lock") {}

std::string FindLibraries(const std::string& given) {
  if (!given.empty()) return given;
  FileSystem& files = PosixFileSystem();
  std::string folder = FolderOfProgram();
  const auto holds = [&files](const std::string& candidate) {
    return files.Exists(candidate + "/libduckdb.so") ||
           files.Exists(candidate + "/libonnxruntime.so.1");
  };
  for (const std::string& candidate : {folder, folder + "/../lib/mooring"}) {
    if (holds(candidate)) return candidate;
  }
  // A program in its build tree finds what ./dev deps fetched.
  for (int up = 0; up < 6 && !folder.empty(); ++up) {
    if (holds(folder + "/.deps/lib")) return folder + "/.deps/lib";
    folder = folder.substr(0, folder.rfind('/'));
  }
  return FolderOfProgram();
}

}  // namespace mooring::app
