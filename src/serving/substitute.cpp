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

std::optional<double> PreviousScore(const Snapshot& snapshot, const ServedVersion& served,
                                    const data::Batch& inputs, std::size_t row) {
  const ServedModel* const model = snapshot.Find(served.model);
  if (model == nullptr || model->previous == nullptr) return std::nullopt;
  const ServedVersion& previous = *model->previous;
  if (previous.number == served.number || !TakesTheSame(served, previous) ||
      previous.predictor->cost() != model::Predictor::Cost::kInline) {
    return std::nullopt;
  }
  data::Batch one(previous.shape->schema());
  one.AppendRow(inputs, row);
  data::Batch scratch(previous.predictor->signature().inputs);
  data::Batch outputs(previous.predictor->signature().output_columns);
  if (!previous.predictor->Predict(previous.shape->ToModel(one, scratch), outputs).ok()) {
    return std::nullopt;
  }
  if (outputs.rows() != 1) return std::nullopt;
  return outputs.column(previous.policy->score_column()).Number(0);
}

}  // namespace mooring::serving
