// MLflow's model directory: which model inside, with which signature.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/table/schema.h"
#include "model/artifact.h"
#include "model/formats/tree_ensemble/ensemble.h"

namespace mooring::model {

// What MLmodel says that matters for predictions.
struct MlflowModel {
  std::string flavor;           // "xgboost", "lightgbm" or "onnx"
  std::string file;             // the model's path in the directory
  std::string model_class;      // "xgboost.sklearn.XGBClassifier"
  std::optional<data::Schema> columns;        // of a column signature
  std::optional<data::Type> tensor_type;      // of a tensor signature
  std::string example_file;     // the input example, or empty
};

// kUnsupported names flavours that need Python, and what to do instead.
Result<MlflowModel> ReadMlmodel(std::string_view yaml);

// Replaces the inputs of a tree model by the signature's, mapping columns to features by name where
// the model has names of its own, by place otherwise.
Status ApplySignature(const MlflowModel& model, Ensemble& ensemble);

}  // namespace mooring::model
