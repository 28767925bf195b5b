// A walk over the bytes of an ONNX model (protobuf, ModelProto) before any runtime sees them:
// bounded, and strict about what a model from outside may hold. Refused are external data in every
// form, operators outside of ai.onnx and ai.onnx.ml, functions of the model's own, loops, ZipMap,
// and tensors whose shape and content disagree.
//
// Failure: kInvalidArgument for damaged bytes, kUnsupported for what is refused, with what to do
// instead. Complexity: linear in the bytes.
#pragma once

#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::model {

struct OnnxFacts {
  std::size_t nodes = 0;
  std::vector<std::string> operators;  // distinct, in order of appearance
};

Result<OnnxFacts> WalkOnnx(ByteSpan bytes);

// Whether the bytes start as a ModelProto does: for recognition only.
bool LooksLikeOnnx(ByteSpan bytes);

}  // namespace mooring::model
