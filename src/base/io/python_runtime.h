// PythonRuntime: where models that only Python can run are run, as the server was told at its
// start. A value that travels from the program's options to the model room; an empty interpreter
// means that such models are refused.
//
// Thread safety: a value; `log` outlives all who got it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/log.h"

namespace mooring {

struct PythonRuntime {
  std::string interpreter;  // an absolute path; the packages are those of its environment
  std::string directory;    // below the data directory: each model's copy and scratch space
  std::vector<std::string> readable = {};            // beside the interpreter's own places
  std::size_t workers = 1;                           // processes a model
  std::size_t queue = 64;                            // calls of one model that may wait for one
  std::chrono::milliseconds predict_timeout{5'000};  // of one call; then the process is killed
  std::chrono::milliseconds load_timeout{60'000};
  std::uint64_t memory_bytes = std::uint64_t{2} << 30;     // resident, of one process
  std::uint64_t scratch_bytes = std::uint64_t{256} << 20;  // on disk, of one process
  std::uint64_t threads = 64;                              // of one process
  bool use_landlock = true;                                // false: as on a kernel without it
  Log* log = nullptr;                                      // may be null
};

}  // namespace mooring
