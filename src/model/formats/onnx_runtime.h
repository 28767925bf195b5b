// ONNX Runtime's C interface, loaded at run time: only the functions that scoring needs, by their
// places in its append-only table (API version 16 and later). No header of theirs is needed to
// build.
//
// Thread safety: the table is immutable, sessions run from any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::model {

// ONNX's TensorProto.DataType, as far as tables need it.
enum class OnnxType : std::int32_t {
  kFloat = 1, kInt32 = 6, kInt64 = 7, kBool = 9, kDouble = 11,
};

// An input or output of a model. A dimension is -1 when it is left open.
struct OnnxTensor {
  std::string name;
  OnnxType type = OnnxType::kFloat;
  std::vector<std::int64_t> shape;
};

// Values of one tensor for a run; `data` lives as long as the run.
struct OnnxValue {
  OnnxType type = OnnxType::kFloat;
  std::vector<std::int64_t> shape;
  void* data = nullptr;
  std::size_t bytes = 0;
};

// Loads the library as a session would; OnnxSession::Make says how it fails.
Status LoadOnnxRuntime(const std::string& directory);

class OnnxSession {
 public:
  // Loads libonnxruntime.so.1 from `directory` first, then from where the system keeps its
  // libraries. kFailedPrecondition when there is none, kInvalidArgument when it refuses the model.
  static Result<std::unique_ptr<OnnxSession>> Make(ByteSpan model, const std::string& directory);

  virtual ~OnnxSession() = default;
  virtual const std::vector<OnnxTensor>& inputs() const = 0;
  virtual const std::vector<OnnxTensor>& outputs() const = 0;

  // Given every output as a view that is valid during the call.
  class Receiver {
   public:
    virtual ~Receiver() = default;
    virtual Status Take(std::size_t output, const void* data, std::size_t elements) = 0;
  };
  virtual Status Run(const std::vector<OnnxValue>& inputs, Receiver& receiver) const = 0;
};

std::size_t SizeOf(OnnxType type);

}  // namespace mooring::model
