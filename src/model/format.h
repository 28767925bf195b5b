// Format: one kind of model artifact, recognised by content. Kinds live in formats/, one file each;
// AllFormats() lists them in the order in which they are asked.
//
// An artifact is compiled once, at registration, into flat bytes (checked, bounded, ready to be
// mapped); serving loads the flat bytes and never parses the original. Flat bytes start with the
// eight characters "MOORFLT1", then the format's name, so that Load finds its format by itself;
// they are documented in docs/formats/flat_model.md and re-made from the artifact when their
// version is old.
//
//   ASSIGN_OR_RETURN(Artifact artifact, ReadArtifact(files, "model.ubj"));
//   ASSIGN_OR_RETURN(std::string flat, Compile(artifact));
//   ASSIGN_OR_RETURN(auto predictor, Load(flat_bytes_that_live, owner, options));
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/io/python_runtime.h"
#include "base/net/transport.h"
#include "base/result.h"
#include "model/artifact.h"
#include "model/predictor.h"

namespace mooring::model {

struct LoadOptions {
  std::string library_directory;    // libonnxruntime.so.1, libxgboost.so: looked for here first
  Transport* transport = nullptr;   // for `remote`; null refuses such models
  PythonRuntime python = {};        // for models that only Python runs; empty refuses them
};

class Format {
 public:
  virtual ~Format() = default;
  virtual std::string_view name() const = 0;     // "xgboost", "lightgbm", "onnx", …
  virtual std::string_view summary() const = 0;  // one line
  virtual std::string_view documentation() const = 0;
  // By content, never by file name.
  virtual bool Recognises(const Artifact& artifact) const = 0;
  virtual Result<std::string> Compile(const Artifact& artifact) const = 0;
  virtual Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void> owner,
                                                  const LoadOptions& options) const = 0;
};

std::span<const Format* const> AllFormats();

// Finds the format and compiles. What nobody recognises is kUnsupported, saying what it looks like;
// pickles, joblib files, archives and HDF5 are named, with what to do instead.
Result<std::string> Compile(const Artifact& artifact);
// `owner` keeps `flat` alive.
Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void> owner,
                                        const LoadOptions& options);

}  // namespace mooring::model
