#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "model/formats/process/python_model.h"

namespace mooring::model {
namespace {

namespace fs = std::filesystem;

// What a program of this system reads while it starts, beside its own files. Absent ones are left
// out.
constexpr const char* kReadable[] = {"/usr/lib",
                                     "/usr/lib64",
                                     "/usr/local/lib",
                                     "/usr/share/zoneinfo",
                                     "/lib",
                                     "/lib64",
                                     "/etc/ld.so.cache",
                                     "/etc/localtime",
                                     "/etc/python3",
                                     "/etc/python3.11",
                                     "/proc/self",
                                     "/proc/cpuinfo",
                                     "/proc/meminfo",
                                     "/proc/stat",
                                     "/sys/devices/system/cpu",
                                     "/dev/urandom",
                                     "/dev/random",
                                     "/dev/zero"};
constexpr const char* kLoaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};

// One thread a process: a worker is one of few, on a machine that serves.
constexpr const char* kEnvironment[] = {"PATH=/usr/bin:/bin",       "LANG=C.UTF-8",
                                        "OMP_NUM_THREADS=1",        "OPENBLAS_NUM_THREADS=1",
                                        "MKL_NUM_THREADS=1",        "NUMEXPR_NUM_THREADS=1",
                                        "GIT_PYTHON_REFRESH=quiet", "MLFLOW_DISABLE_TELEMETRY=true",
                                        "CUDA_VISIBLE_DEVICES="};

Error BadInterpreter(const std::string& path, std::string why) {
  return Error(Code::kFailedPrecondition, "models can not be run by this Python")
      .Where(path)
      .Why(std::move(why))
      .Help("give --python what `python3 -c 'import sys; print(sys.executable)'` prints");
}

// The directory that an interpreter's bin directory stands in; empty for the root itself.
std::string RootOf(const fs::path& program) {
  const fs::path root = program.parent_path().parent_path();
  return root == root.root_path() ? std::string() : root.string();
}

// `home = DIR` of a virtual environment: where the Python that it was made of has its programs.
std::string HomeOf(const std::string& root) {
  std::ifstream file(root + "/pyvenv.cfg");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("home")) continue;
    const std::size_t value = line.find_first_not_of(" =", 4);
    if (value == std::string::npos) continue;
    std::error_code problem;
    const fs::path home = fs::canonical(line.substr(value), problem);
    return problem ? std::string() : RootOf(home / "python");
  }
  return {};
}

bool IsInside(const std::string& path, const std::string& root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

Result<std::string> CheckProgram(const std::string& path) {
  if (!path.starts_with('/')) return BadInterpreter(path, "its path is not absolute");
  std::error_code problem;
  const std::string real = fs::canonical(path, problem).string();
  if (problem) return BadInterpreter(path, problem.message());
  if (::access(path.c_str(), X_OK) != 0) return BadInterpreter(path, "it is not executable");
  char magic[4] = {};
  std::ifstream(real, std::ios::binary).read(magic, sizeof(magic));
  if (std::string_view(magic, sizeof(magic)) !=
      "\x7F"
      "ELF") {
    return BadInterpreter(path, "it is a script that would start another program");
  }
  return real;
}

}  // namespace

Result<ConfinedProcess::Options> WorkerProcess(const PythonRuntime& runtime,
                                               const WorkDirectory& directory) {
  ASSIGN_OR_RETURN(const std::string real, CheckProgram(runtime.interpreter));
  ConfinedProcess::Options options;
  options.arguments = {runtime.interpreter, "-I", "-B", "-X", "utf8", directory.script()};
  options.environment.assign(std::begin(kEnvironment), std::end(kEnvironment));
  std::vector<std::string> roots = {RootOf(runtime.interpreter), RootOf(real)};
  roots.push_back(HomeOf(roots[0]));
  std::erase(roots, "");
  const std::string data = fs::path(directory.path()).parent_path().parent_path().string();
  for (const std::string& root : roots) {
    if (!IsInside(data, root)) continue;
    return Error(Code::kFailedPrecondition, "the data directory lies inside the Python's own")
        .Where(data)
        .Why("models in Python may read all of " + root)
        .Help("put the data directory elsewhere");
  }
  options.readable.assign(std::begin(kReadable), std::end(kReadable));
  for (const std::vector<std::string>* more :
       std::initializer_list<const std::vector<std::string>*>{&roots, &runtime.readable}) {
    options.readable.insert(options.readable.end(), more->begin(), more->end());
  }
  options.readable.push_back(directory.model());
  options.readable.push_back(directory.script());
  options.executable = {real};
  options.executable.insert(options.executable.end(), std::begin(kLoaders), std::end(kLoaders));
  // Far more than is held: libraries reserve what they never touch.
  options.address_bytes = std::max<std::uint64_t>(4 * runtime.memory_bytes, std::uint64_t{8} << 30);
  options.file_bytes = runtime.scratch_bytes;
  options.use_landlock = runtime.use_landlock;
  return options;
}

}  // namespace mooring::model
