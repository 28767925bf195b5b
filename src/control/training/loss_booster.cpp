#include "control/training/loss_booster.h"

#include <cmath>
#include <memory>

#include "base/rng.h"
#include "control/registration/convert_rows.h"
#include "model/artifact.h"
#include "model/format.h"
#include "model/training.h"

namespace mooring::control {
namespace {

bool CanLearnFrom(const data::Field& field) {
  switch (field.type) {
    case data::Type::kString:
    case data::Type::kTimestamp: return false;
    case data::Type::kCategory:
      return field.dictionary != nullptr && field.dictionary->size() <= kMostCategories;
    default: return true;
  }
}

// Places of at most `most` rows, each as likely as the others (selection sampling, Knuth 3.4.2 S).
std::vector<std::size_t> Draw(std::size_t rows, std::size_t most, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::size_t> drawn;
  for (std::size_t row = 0; row < rows && drawn.size() < most; ++row) {
    if (rng.Below(rows - row) < most - drawn.size()) drawn.push_back(row);
  }
  return drawn;
}

Result<data::Batch> ToLearnFrom(const data::Batch& rows, const std::vector<std::size_t>& drawn) {
  std::vector<data::Field> fields;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < rows.width(); ++i) {
    if (!CanLearnFrom(rows.schema().field(i))) continue;
    fields.push_back(rows.schema().field(i));
    places.push_back(i);
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  data::Batch learned(std::make_shared<const data::Schema>(std::move(schema)));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const data::Column& from = rows.column(places[i]);
    learned.column(i).Reserve(drawn.size());
    for (const std::size_t row : drawn) learned.column(i).AppendFrom(from, row);
  }
  learned.SetRows(drawn.size());
  return learned;
}

// The model's inputs, by name.
Result<data::Batch> InputsOf(const model::Signature& signature, const data::Batch& rows) {
  data::Batch inputs(signature.inputs);
  for (std::size_t i = 0; i < inputs.width(); ++i) {
    const data::Field& field = signature.inputs->field(i);
    if (const data::Column* const from = rows.Find(field.name); from != nullptr) {
      ASSIGN_OR_RETURN(inputs.column(i), ConvertColumn(*from, field));
      continue;
    }
    for (std::size_t row = 0; row < rows.rows(); ++row) inputs.column(i).AppendNull();
  }
  inputs.SetRows(rows.rows());
  return inputs;
}

Result<std::vector<double>> Predict(const model::Predictor& predictor, const data::Batch& rows) {
  ASSIGN_OR_RETURN(const data::Batch inputs, InputsOf(predictor.signature(), rows));
  data::Batch outputs(predictor.signature().output_columns);
  RETURN_IF_ERROR(predictor.Predict(inputs, outputs));
  std::vector<double> losses;
  losses.reserve(rows.rows());
  for (std::size_t row = 0; row < outputs.rows(); ++row) {
    losses.push_back(outputs.column(0).Number(row));
  }
  return losses;
}

}  // namespace

Result<monitoring::LossPredictor> OpenLossBooster(std::string_view bytes) {
  const std::string file(bytes);
  const model::Artifact artifact({{"losses.ubj", AsBytes(file)}}, nullptr);
  auto flat = model::Compile(artifact);
  if (!flat.ok()) return Error(Code::kDataLoss, flat.error().ToString());
  const auto owner = std::make_shared<const std::string>(std::move(flat).value());
  ASSIGN_OR_RETURN(std::shared_ptr<const model::Predictor> predictor,
                   model::Load(AsBytes(*owner), owner, {}));
  return monitoring::LossPredictor(
      [predictor](const data::Batch& rows) { return Predict(*predictor, rows); });
}

monitoring::TrainRegressor LossBooster(LossBoosterOptions options) {
  return [options](const data::Batch& rows,
                   std::span<const double> losses) -> Result<monitoring::LossRegressor> {
    const std::vector<std::size_t> drawn = Draw(rows.rows(), options.most_rows, options.seed);
    ASSIGN_OR_RETURN(const data::Batch learned, ToLearnFrom(rows, drawn));
    std::vector<float> targets;
    for (const std::size_t row : drawn) targets.push_back(static_cast<float>(losses[row]));
    ASSIGN_OR_RETURN(std::string bytes,
                     model::Train({.objective = "reg:squarederror",
                                   .rounds = options.rounds,
                                   .depth = options.depth,
                                   .seed = options.seed,
                                   .library_directory = options.library_directory},
                                  learned, targets));
    ASSIGN_OR_RETURN(monitoring::LossPredictor predict, OpenLossBooster(bytes));
    return monitoring::LossRegressor{std::move(predict), std::move(bytes)};
  };
}

}  // namespace mooring::control
