// CheckStoredVersion: proves that a version's stored bytes still give its golden rows. Registration
// ends with it, and `mooring doctor` asks it of every champion. Thread safety: pure but for the
// blobs that are read.
#pragma once

#include <string>

#include "base/io/file_system.h"
#include "base/net/transport.h"
#include "base/io/python_runtime.h"
#include "base/result.h"
#include "data/store/blob_store.h"
#include "records/registry/registry.h"

namespace mooring::control {

struct StoredFiles {
  FileSystem* files = nullptr;
  data::BlobStore* blobs = nullptr;
  std::string library_directory;
  Transport* transport = nullptr;  // to remote scorers; null refuses such models
  PythonRuntime python = {};       // for models that only Python runs; empty refuses them
};

// kFailedPrecondition naming the row that differs, kDataLoss for damaged blobs, kNotFound for lost
// ones.
Status CheckStoredVersion(const StoredFiles& from, const records::NewVersion& version);
// Whether the library that ONNX models need can be loaded; kFailedPrecondition when not.
Status CheckOnnxRuntime(const std::string& library_directory);

}  // namespace mooring::control
