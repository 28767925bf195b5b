#include "model/formats/formats.h"
#include "model/formats/lightgbm_model.h"
#include "model/formats/tree_ensemble/tree_predictor.h"

namespace mooring::model {
namespace {

class Lightgbm final : public Format {
 public:
  std::string_view name() const override { return "lightgbm"; }
  std::string_view summary() const override { return "LightGBM model, text"; }
  std::string_view documentation() const override {
    return "Files that Booster.save_model writes (model.txt, model.lgb), versions v2 to v4: all\n"
           "built-in objectives, category splits, zero or NaN as missing, random forests. Sums\n"
           "and comparisons are in float64, as LightGBM's. Inputs are the model's feature\n"
           "names; the output is 'prediction', what Booster.predict returns.\n"
           "Not taken: linear trees, custom objectives that the text names.";
  }

  bool Recognises(const Artifact& artifact) const override {
    if (artifact.files().size() != 1) return false;
    const std::string_view text = AsText(artifact.files()[0].bytes);
    return text.starts_with("tree\nversion=") || text.starts_with("tree\r\nversion=");
  }

  Result<std::string> Compile(const Artifact& artifact) const override {
    ASSIGN_OR_RETURN(const Ensemble ensemble,
                     ReadLightgbmModel(AsText(artifact.files()[0].bytes)));
    return PackTrees(ensemble, name());
  }

  Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void> owner,
                                          const LoadOptions&) const override {
    return LoadTrees(flat, std::move(owner), name());
  }
};

}  // namespace

const Format& LightgbmFormat() {
  static const Lightgbm format;
  return format;
}

}  // namespace mooring::model
