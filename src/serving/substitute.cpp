#include "serving/substitute.h"

#include "serving/decision_policy.h"
#include "serving/validation.h"

namespace mooring::serving {
namespace {

bool TakesTheSame(const ServedVersion& a, const ServedVersion& b) {
  const data::Schema& mine = *a.shape->schema();
  const data::Schema& other = *b.shape->schema();
  if (mine.size() != other.size()) return false;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine.field(i).name != other.field(i).name || mine.field(i).type != other.field(i).type) {
      return false;
    }
  }
  return true;
}

}  // namespace

const ServedVersion* PreviousOf(const Snapshot& snapshot, const ServedVersion& served) {
  const ServedModel* const model = snapshot.Find(served.model);
  if (model == nullptr || model->previous == nullptr) return nullptr;
  return model->previous->number == served.number ? nullptr : model->previous.get();
}

const ServedVersion* ChampionOf(const Snapshot& snapshot, const ServedVersion& served) {
  const ServedModel* const model = snapshot.Find(served.model);
  if (model == nullptr || model->champion == nullptr) return nullptr;
  return model->champion->number == served.number ? nullptr : model->champion.get();
}

std::optional<double> ScoreBy(const ServedVersion& other, const ServedVersion& served,
                              const data::Batch& inputs, std::size_t row) {
  if (!TakesTheSame(served, other) ||
      other.predictor->cost() != model::Predictor::Cost::kInline) {
    return std::nullopt;
  }
  data::Batch one(other.shape->schema());
  one.AppendRow(inputs, row);
  data::Batch scratch(other.predictor->signature().inputs);
  data::Batch outputs(other.predictor->signature().output_columns);
  if (!other.predictor->Predict(other.shape->ToModel(one, scratch), outputs).ok()) {
    return std::nullopt;
  }
  if (outputs.rows() != 1) return std::nullopt;
  return outputs.column(other.policy->score_column()).Number(0);
}

}  // namespace mooring::serving
