#include "monitoring/scores.h"

#include "monitoring/window_report.h"

namespace mooring::monitoring {
namespace {

data::Batch EmptyScores() {
  auto schema = data::Schema::Make({{.name = std::string(kScoreColumn)}});
  return data::Batch(std::make_shared<const data::Schema>(std::move(schema).value()));
}

}  // namespace

Scores::Scores(std::string output) : output_(std::move(output)), scores_(EmptyScores()) {}

std::optional<std::size_t> Scores::ColumnOf(const records::ReadDecisions& block) {
  if (inputs_ == block.inputs->shared_schema() && outputs_ == block.outputs->shared_schema()) {
    return column_;
  }
  inputs_ = block.inputs->shared_schema();
  outputs_ = block.outputs->shared_schema();
  column_.reset();
  if (outputs_->size() != 0 && !inputs_->Find(kScoreColumn)) {
    column_ = outputs_->Find(output_).value_or(0);
  }
  return column_;
}

const data::Batch* Scores::Of(const records::ReadDecisions& block) {
  const std::optional<std::size_t> place = ColumnOf(block);
  if (!place) return nullptr;
  const data::Column& score = block.outputs->column(*place);
  scores_.Clear();
  for (std::size_t row = 0; row < block.outputs->rows(); ++row) {
    if (score.IsNull(row)) {
      scores_.column(0).AppendNull();
    } else {
      scores_.column(0).Append(score.Number(row));
    }
  }
  scores_.SetRows(block.outputs->rows());
  return &scores_;
}

}  // namespace mooring::monitoring
