// MLflow's model directory: which model inside, with which signature.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/table/schema.h"
#include "model/artifact.h"
#include "model/formats/tree_ensemble/ensemble.h"
#include "model/predictor.h"

namespace mooring::model {

// What MLmodel says that matters for predictions.
struct MlflowModel {
  std::string flavor;           // "xgboost", "lightgbm" or "onnx"; others run in Python only
  std::string file;             // the model's path in the directory; empty for those others
  bool has_python = false;      // there is a flavour python_function
  std::string model_class;      // "xgboost.sklearn.XGBClassifier"
  std::optional<data::Schema> columns;        // of a column signature
  std::optional<data::Type> tensor_type;      // of a tensor signature
  std::vector<std::int64_t> tensor_shape;     // of that; -1 is any
  std::string outputs_json;     // the signature's outputs as they stand there, or empty
  std::string example_file;     // the input example, or empty
  // What Python needs: every scalar of the flavours, as "sklearn.pickled_model" and its value.
  std::vector<std::pair<std::string, std::string>> texts;
};

// kUnsupported when nothing here or in Python could run it.
Result<MlflowModel> ReadMlmodel(std::string_view yaml);

// Outputs of a signature: a tensor of one or two dimensions, or columns. Empty for no signature.
Result<std::vector<Output>> ReadMlflowOutputs(const std::string& json);

// Replaces the inputs of a tree model by the signature's, mapping columns to features by name where
// the model has names of its own, by place otherwise.
Status ApplySignature(const MlflowModel& model, Ensemble& ensemble);

}  // namespace mooring::model
