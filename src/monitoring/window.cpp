#include "monitoring/window.h"

#include "monitoring/judge.h"

namespace mooring::monitoring {
namespace {

data::Batch EmptyScores() {
  auto schema = data::Schema::Make({{.name = std::string(kScoreColumn)}});
  return data::Batch(std::make_shared<const data::Schema>(std::move(schema).value()));
}

// The raw output that the contract calls the score; the first output when there is none of that
// name.
std::optional<std::size_t> ScoreOf(const data::Schema& outputs, const std::string& name) {
  if (outputs.size() == 0) return std::nullopt;
  return outputs.Find(name).value_or(0);
}

}  // namespace

Window::Window(std::shared_ptr<const Reference> reference)
    : reference_(std::move(reference)), scores_(EmptyScores()) {
  if (reference_->profile != nullptr) profile_.emplace(reference_->profile->bins());
}

bool Window::Over(Time at) const { return rows_ != 0 && at - start_ >= rule().window_every; }

Status Window::Add(const records::ReadDecisions& block) {
  if (rows_ == 0) {
    start_ = block.at;
    model_ = block.binding->model;
    version_ = block.binding->version;
  }
  last_ = std::max(start_, block.at);
  rows_ += block.inputs->rows();
  if (!profile_.has_value()) return Ok();
  RETURN_IF_ERROR(profile_->Add(*block.inputs));
  return AddScores(block);
}

std::optional<std::size_t> Window::ScoreColumn(const records::ReadDecisions& block) {
  if (inputs_ != block.inputs->shared_schema() || outputs_ != block.outputs->shared_schema()) {
    inputs_ = block.inputs->shared_schema();
    outputs_ = block.outputs->shared_schema();
    score_ = ScoreOf(*outputs_, reference_->score_output);
    // An input of that name has the column already; both in one would be neither.
    if (inputs_->Find(kScoreColumn).has_value()) score_.reset();
  }
  return score_;
}

Status Window::AddScores(const records::ReadDecisions& block) {
  const std::optional<std::size_t> place = ScoreColumn(block);
  if (!place.has_value()) return Ok();
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
  return profile_->Add(scores_);
}

WindowReport Window::Close() {
  WindowReport report;
  report.model = model_;
  report.version = version_;
  report.start = start_;
  report.end = last_;
  report.rows = rows_;
  if (profile_.has_value()) {
    Judge(*reference_->profile, *profile_, rule(), report);
    profile_->Clear();
  } else {
    report.reason = "registered without training data: nothing to compare with";
  }
  rows_ = 0;
  return report;
}

}  // namespace mooring::monitoring
