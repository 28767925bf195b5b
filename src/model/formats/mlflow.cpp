#include "model/formats/mlflow.h"

#include "model/foreign_files.h"
#include "model/formats/formats.h"
#include "model/formats/lightgbm_model.h"
#include "model/formats/onnx.h"
#include "model/formats/onnx_walk.h"
#include "model/formats/process/python_model.h"
#include "model/formats/tree_ensemble/flat_trees.h"
#include "model/formats/xgboost_model.h"

namespace mooring::model {
namespace {

Result<std::string> CompileXgboost(const MlflowModel& model, ByteSpan bytes) {
  const std::string_view text = AsText(bytes);
  if (!text.starts_with('{')) return NameForeignBytes(model.file, bytes);
  ASSIGN_OR_RETURN(const Document document, ReadXgboostDocument(bytes));
  const bool estimator = model.model_class.starts_with("xgboost.sklearn.");
  const bool classifier = estimator && model.model_class.ends_with("Classifier");
  ASSIGN_OR_RETURN(Ensemble ensemble,
                   ReadXgboostModel(document,
                       {.is_estimator = estimator, .is_classifier = classifier}));
  RETURN_IF_ERROR(ApplySignature(model, ensemble));
  return PackTrees(ensemble, XgboostFormat().name());
}

Result<std::string> CompileLightgbm(const MlflowModel& model, ByteSpan bytes) {
  if (!AsText(bytes).starts_with("tree")) return NameForeignBytes(model.file, bytes);
  ASSIGN_OR_RETURN(Ensemble ensemble, ReadLightgbmModel(AsText(bytes)));
  RETURN_IF_ERROR(ApplySignature(model, ensemble));
  return PackTrees(ensemble, LightgbmFormat().name());
}

Result<std::string> CompileOnnxFlavor(const MlflowModel& model, ByteSpan bytes) {
  if (!LooksLikeOnnx(bytes)) return NameForeignBytes(model.file, bytes);
  std::vector<std::string> names;
  if (model.columns.has_value()) {
    for (const data::Field& field : model.columns->fields()) names.push_back(field.name);
  }
  return CompileOnnx(bytes, names);
}

// Whether the flavour's file is in a form that is read here; old versions and pickles are not.
bool IsNative(const MlflowModel& model, ByteSpan bytes) {
  if (model.flavor == "onnx") return LooksLikeOnnx(bytes);
  return AsText(bytes).starts_with(model.flavor == "xgboost" ? "{" : "tree");
}

class Mlflow final : public Format {
 public:
  std::string_view name() const override { return "mlflow"; }
  std::string_view summary() const override { return "MLflow model directory"; }
  std::string_view documentation() const override {
    return "A directory with an MLmodel file, as mlflow.*.log_model stores it, of the flavours\n"
           "xgboost (JSON, UBJSON), lightgbm (text) and onnx. The signature gives the inputs.\n"
           "An XGBClassifier answers as in Python: the label ('prediction'), and beside it\n"
           "'probability'. The number that stands for missing is the estimator's.\n"
           "Other flavours (sklearn, pytorch, catboost, any python_function) and pickles run in a\n"
           "Python beside the server: format python.";
  }

  bool Recognises(const Artifact& artifact) const override {
    return artifact.Find("MLmodel") != nullptr;
  }

  Result<std::string> Compile(const Artifact& artifact) const override {
    ASSIGN_OR_RETURN(const MlflowModel model, ReadMlmodel(AsText(artifact.Find("MLmodel")->bytes)));
    if (model.file.empty()) return CompilePython(model, artifact);
    const ArtifactFile* file = artifact.Find(model.file);
    if (file == nullptr) {
      return Error(Code::kInvalidArgument, "MLmodel names '" + model.file.substr(0, 200) +
                                               "', which is not in the directory");
    }
    if (model.has_python && !IsNative(model, file->bytes)) return CompilePython(model, artifact);
    if (model.flavor == "onnx") return CompileOnnxFlavor(model, file->bytes);
    if (model.flavor == "xgboost") return CompileXgboost(model, file->bytes);
    return CompileLightgbm(model, file->bytes);
  }

  // The flat form is that of the model inside, and names that format.
  Result<std::unique_ptr<Predictor>> Load(ByteSpan, std::shared_ptr<const void>,
                                          const LoadOptions&) const override {
    return Error(Code::kInternal, "an MLflow directory has no flat form of its own");
  }
};

}  // namespace

const Format& MlflowFormat() {
  static const Mlflow format;
  return format;
}

}  // namespace mooring::model
