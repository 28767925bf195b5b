#include "model/formats/formats.h"
#include "model/formats/tree_ensemble/tree_predictor.h"
#include "model/formats/xgboost_booster.h"
#include "model/formats/xgboost_model.h"

namespace mooring::model {
namespace {

class Xgboost final : public Format {
 public:
  std::string_view name() const override { return "xgboost"; }
  std::string_view summary() const override { return "XGBoost model, JSON or UBJSON"; }
  std::string_view documentation() const override {
    return "Files that Booster.save_model writes as .json or .ubj, from XGBoost 1.7 to 3.3:\n"
           "trees, DART, random forests, category splits, several classes or targets, linear\n"
           "boosters. Predictions are bit-equal to libxgboost's. Inputs are the model's feature "
           "names, or\n"
           "f0, f1, …; the output is 'prediction', what Booster.predict returns.\n"
           "Vector leaves and objectives we do not know are run by libxgboost itself, when it is\n"
           "installed. Not taken: the old binary form, named category encodings.";
  }

  bool Recognises(const Artifact& artifact) const override {
    if (artifact.files().size() != 1) return false;
    const std::string_view text = AsText(artifact.files()[0].bytes);
    if (!text.starts_with('{')) return false;
    // The learner comes first in what XGBoost writes, or shortly after its version.
    return text.substr(0, 4096).find("learner") != std::string_view::npos ||
           text.find("\"learner\"") != std::string_view::npos;
  }

  Result<std::string> Compile(const Artifact& artifact) const override {
    const ByteSpan bytes = artifact.files()[0].bytes;
    ASSIGN_OR_RETURN(const Document document, ReadXgboostDocument(bytes));
    if (NeedsXgboostLibrary(document)) return CompileBooster(document, bytes);
    ASSIGN_OR_RETURN(const Ensemble ensemble, ReadXgboostModel(document, {}));
    return PackTrees(ensemble, name());
  }

  Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void> owner,
                                          const LoadOptions&) const override {
    return LoadTrees(flat, std::move(owner), name());
  }
};

}  // namespace

const Format& XgboostFormat() {
  static const Xgboost format;
  return format;
}

}  // namespace mooring::model
