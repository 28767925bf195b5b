#include "data/store/duckdb_library.h"

#include <dlfcn.h>

#include <map>
#include <memory>
#include <mutex>
#include <string_view>

namespace mooring::data {
namespace {

std::string LastFailure() {
  const char* reason = ::dlerror();
  return reason == nullptr ? "unknown reason" : reason;
}

Result<std::unique_ptr<DuckDbLibrary>> LoadNow(const std::string& path) {
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return Error(Code::kFailedPrecondition, "DuckDB's library cannot be loaded")
        .Where(path)
        .Why(LastFailure())
        .Help("install it with ./dev deps, or name the directory that holds libduckdb.so");
  }
  auto library = std::make_unique<DuckDbLibrary>();
  std::string_view missing;
#define MOORING_DUCKDB_FIND(name)                                                               \
  library->name = reinterpret_cast<decltype(&duckdb_##name)>(::dlsym(handle, "duckdb_" #name)); \
  if (library->name == nullptr) missing = "duckdb_" #name;
  MOORING_DUCKDB_FUNCTIONS(MOORING_DUCKDB_FIND)
#undef MOORING_DUCKDB_FIND
  if (missing.empty()) return library;
  return Error(Code::kFailedPrecondition, "DuckDB's library has no " + std::string(missing))
      .Where(path)
      .Help("use version 1.4");
}

}  // namespace

Result<const DuckDbLibrary*> DuckDbLibrary::Load(const std::string& directory) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<DuckDbLibrary>> loaded;  // guarded by mutex
  const std::string path = directory + "/libduckdb.so";
  const std::lock_guard lock(mutex);
  std::unique_ptr<DuckDbLibrary>& library = loaded[path];
  if (library == nullptr) {
    ASSIGN_OR_RETURN(library, LoadNow(path));
  }
  return library.get();
}

}  // namespace mooring::data
