// The Predictor over an ONNX session: columns of a batch to tensors and back.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/formats/onnx_runtime.h"
#include "model/predictor.h"

namespace mooring::model {

// Takes models whose inputs are one tensor of rows × features, or one tensor a column. `names` are
// the features of the former, or empty for f0, f1, …. Runs one row to learn the widths of the
// outputs.
Result<std::unique_ptr<Predictor>> MakeOnnxPredictor(std::unique_ptr<OnnxSession> session,
                                                     std::vector<std::string> names,
                                                     std::size_t bytes);

}  // namespace mooring::model
