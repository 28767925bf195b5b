// ONNX models: checked by our own walk, run by ONNX Runtime.
#pragma once

#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::model {

// The flat form of an ONNX model: names of the inputs (empty for the model's own), then its bytes.
Result<std::string> CompileOnnx(ByteSpan bytes, const std::vector<std::string>& input_names);

}  // namespace mooring::model
