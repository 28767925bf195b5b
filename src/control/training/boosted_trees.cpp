#include "control/training/boosted_trees.h"

#include "control/registration/convert_rows.h"
#include "model/format.h"
#include "model/training.h"

namespace mooring::control {
namespace {

using monitoring::TrainedClassifier;

class BoostedClassifier : public TrainedClassifier {
 public:
  BoostedClassifier(std::unique_ptr<model::Predictor> predictor, std::vector<double> gains)
      : predictor_(std::move(predictor)), gains_(std::move(gains)) {}

  Result<std::vector<double>> Score(const data::Batch& rows) const override {
    const model::Signature& signature = predictor_->signature();
    ASSIGN_OR_RETURN(const data::Batch inputs, ConvertRows(rows, signature.inputs));
    data::Batch predictions(signature.output_columns);
    RETURN_IF_ERROR(predictor_->Predict(inputs, predictions));
    std::vector<double> scores(predictions.rows());
    for (std::size_t row = 0; row < scores.size(); ++row) {
      scores[row] = predictions.column(0).Number(row);
    }
    return scores;
  }
  std::vector<double> Importances() const override { return gains_; }

 private:
  std::unique_ptr<model::Predictor> predictor_;
  std::vector<double> gains_;
};

// The bytes of a model, compiled and loaded as a registered version would be.
Result<std::unique_ptr<model::Predictor>> LoadTrained(std::string bytes) {
  const auto owner = std::make_shared<const std::string>(std::move(bytes));
  const model::Artifact artifact({{"model.ubj", AsBytes(*owner)}}, owner);
  ASSIGN_OR_RETURN(std::string compiled, model::Compile(artifact));
  const auto flat = std::make_shared<const std::string>(std::move(compiled));
  return model::Load(AsBytes(*flat), flat, {});
}

}  // namespace

monitoring::TrainClassifier BoostedTrees(const BoostedTreesOptions& options) {
  return [options](
             const data::Batch& rows,
             std::span<const std::uint8_t> labels) -> Result<std::unique_ptr<TrainedClassifier>> {
    const std::vector<float> targets(labels.begin(), labels.end());
    ASSIGN_OR_RETURN(model::TrainedModel trained,
                     model::TrainWithGains({.rounds = options.rounds,
                                            .depth = options.depth,
                                            .learning_rate = options.learning_rate,
                                            .seed = options.seed,
                                            .library_directory = options.library_directory},
                                           rows, targets));
    ASSIGN_OR_RETURN(auto predictor, LoadTrained(std::move(trained.bytes)));
    return std::unique_ptr<TrainedClassifier>(
        std::make_unique<BoostedClassifier>(std::move(predictor), std::move(trained.gains)));
  };
}

}  // namespace mooring::control
