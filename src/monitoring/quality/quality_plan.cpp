#include "monitoring/quality/quality_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "monitoring/class_outputs.h"
#include "monitoring/window_report.h"
#include "records/contract/business_sql.h"
#include "records/contract/currency.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;


std::vector<std::string> TwoClasses(const std::string& positive) {
  if (positive.empty()) return {"0", "1"};
  return {"not " + positive, positive};
}

}  // namespace

QualityPlan::QualityPlan(std::shared_ptr<const Reference> reference,
                         const records::ReadDecisions& first,
                         std::shared_ptr<const DleModel> losses, std::string library_directory)
    : reference_(std::move(reference)),
      losses_(std::move(losses)),
      library_directory_(std::move(library_directory)) {
  FindScores(*first.binding->outputs);
  FindSlices(*first.binding->inputs);
  if (reference_->profile != nullptr) features_.emplace(*reference_->profile);
  const records::Contract& c = contract();
  const std::vector<records::BusinessRule>& business = c.monitor.quality.business;
  if (business.empty() && c.effect.value.empty()) return;
  auto table = DecisionsTable::Make(c, *first.binding->inputs);
  if (!table.ok()) {  // names that are no columns: no measures
    if (!business.empty()) problems_.push_back(table.error().ToString());
    return;
  }
  table_.emplace(std::move(table).value());
  for (const records::BusinessRule& rule : business) AddMeasure(rule);
  if (!c.effect.value.empty()) AddMeasure({.name = "effect", .expression = c.effect.value});
  if (measures_.empty()) table_.reset();
}

void QualityPlan::FindScores(const data::Schema& outputs) {
  const std::size_t named = outputs.Find(contract().output.name).value_or(0);
  score_columns_ = ClassOutputs(task(), outputs);
  if (!score_columns_.empty()) {
    const auto found = std::ranges::find(score_columns_, named);
    named_.reset();
    if (found != score_columns_.end()) {
      named_ = static_cast<std::size_t>(found - score_columns_.begin());
    }
    for (const std::size_t place : score_columns_) classes_.push_back(outputs.field(place).name);
    probabilities_ = true;
    return;
  }
  if (outputs.size() != 0) score_columns_.push_back(named);
  if (task() == Task::kBinary) {
    classes_ = TwoClasses(contract().output.positive);
    probabilities_ = true;
  } else if (task() == Task::kMulticlass) {
    for (std::size_t i = 0; i < kMostClasses; ++i) classes_.push_back(std::to_string(i));
  }
}

void QualityPlan::FindSlices(const data::Schema& inputs) {
  std::vector<Slice> slices;
  for (const LearnedSlice& learned : reference_->learned.slices) slices.push_back(learned.slice);
  if (slices.empty()) {
    const data::Batch none(std::make_shared<const data::Schema>(inputs));
    slices = Slicer::Discover(contract().monitor.slices, none);
  }
  if (slices.empty() || slices.size() >= QualityRows::kNoSlice) return;
  std::vector<std::string_view> columns;
  for (const Slice& slice : slices) {
    slices_.push_back(slice.Name());
    if (std::ranges::find(columns, slice.column) == columns.end()) columns.push_back(slice.column);
  }
  sliced_columns_ = columns.size();
  slicer_.emplace(std::move(slices));
}

void QualityPlan::AppendSlices(const data::Batch& inputs, std::size_t row, QualityRows& rows) {
  if (!slicer_) return;
  slicer_->Places(inputs, row, slice_places_);
  const std::size_t begin = rows.slices.size();
  rows.slices.resize(begin + sliced_columns_, QualityRows::kNoSlice);
  for (std::size_t i = 0; i < slice_places_.size(); ++i) {
    rows.slices[begin + i] = static_cast<std::uint16_t>(slice_places_[i]);
  }
}

void QualityPlan::AddMeasure(const records::BusinessRule& rule) {
  Measure measure{.name = rule.name,
                  .higher_is_better = rule.higher_is_better,
                  .expression = std::nullopt,
                  .sql = rule.sql};
  if (rule.sql.empty()) {
    auto compiled =
        data::Expression::Compile(rule.expression, *table_->schema(), {.name = rule.name});
    if (!compiled.ok()) {
      problems_.push_back(rule.name + ": " + compiled.error().ToString());
      return;
    }
    measure.expression = std::move(compiled).value();
  }
  measures_.push_back(std::move(measure));
}

QualityRows QualityPlan::NewRows() const {
  QualityRows rows;
  rows.score_columns = std::max<std::size_t>(score_columns_.size(), 1);
  rows.features = features_ ? features_->features() : 0;
  rows.read_columns = table_ ? table_->kept() : 0;
  rows.sliced_columns = sliced_columns_;
  rows.expected_losses = losses_ ? losses_->losses().size() : 0;
  return rows;
}

// Inputs are at hand only now. Where the estimator fails (an input of another type) nothing is
// expected.
void QualityPlan::AppendExpected(const records::ReadDecisions& block, QualityRows& rows) const {
  if (losses_ == nullptr) return;
  const std::size_t count = block.rows.size(), begin = rows.scores.size() - count;
  const std::span<const double> scores(rows.scores.data() + begin, count);
  const std::size_t place = rows.expected.size(), losses = rows.expected_losses;
  rows.expected.resize(place + count * losses, std::numeric_limits<float>::quiet_NaN());
  const auto expected = losses_->PredictLosses(*block.inputs, scores);
  if (!expected.ok()) return;
  for (std::size_t row = 0; row < count; ++row) {
    if (!std::isfinite(scores[row])) continue;  // the model did not decide
    for (std::size_t i = 0; i < losses; ++i) {
      rows.expected[place + row * losses + i] = static_cast<float>((*expected)[i][row]);
    }
  }
}

void QualityPlan::Append(const records::ReadDecisions& block, QualityRows& rows) {
  const auto digits = records::CurrencyDigits(block.binding->currency);
  const double minor = std::pow(10.0, digits.value_or(0));
  for (std::size_t row = 0; row < block.rows.size(); ++row) {
    for (const std::size_t column : score_columns_) {
      rows.scores.push_back(block.outputs->column(column).Number(row));
    }
    if (score_columns_.empty()) rows.scores.push_back(kNone);
    const records::RowDecision& decided = block.rows[row];
    const bool money = !block.binding->currency.empty();
    rows.amounts.push_back(money ? static_cast<double>(decided.amount_minor) / minor
                                 : decided.score);
    rows.truth.push_back(kNone);
    rows.delay_s.push_back(std::numeric_limits<float>::quiet_NaN());
    if (features_) features_->Append(*block.inputs, row, rows.bins);
    AppendSlices(*block.inputs, row, rows);
    if (table_) table_->Append(*block.inputs, row, rows.read);
  }
  AppendExpected(block, rows);
}

std::optional<double> QualityPlan::TruthOf(const records::Outcome& outcome) const {
  if (outcome.name != contract().outcome->name) return std::nullopt;
  if (task() == Task::kRegression) {
    return outcome.text.empty() && std::isfinite(outcome.value) ? std::optional(outcome.value)
                                                                : std::nullopt;
  }
  if (!outcome.text.empty()) {
    if (task() == Task::kBinary && !contract().output.positive.empty()) {
      return outcome.text == contract().output.positive ? 1 : 0;
    }
    const auto found = std::ranges::find(classes_, outcome.text);
    if (found == classes_.end()) return std::nullopt;
    return static_cast<double>(found - classes_.begin());
  }
  const double index = outcome.value;
  const bool is_class =
      index >= 0 && index < static_cast<double>(classes_.size()) && index == std::floor(index);
  return is_class ? std::optional(index) : std::nullopt;
}

std::vector<double> QualityPlan::ValuesOf(const Measure& measure, const QualityRows& rows) const {
  std::vector<double> values, all(rows.rows(), kNone);
  measure.expression->EvaluateAll(table_->Of(rows, named_), values);
  std::size_t next = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (rows.known(row)) all[row] = values[next++];
  }
  return all;
}

Result<std::unique_ptr<data::SqlOverRows>> QualityPlan::OpenSql(const QualityRows& rows) const {
  if (table_->full()) {
    return Error(Code::kResourceExhausted, "inputs that measures read have too many texts")
        .Why(fmt::format("{} distinct ones are kept", DecisionsTable::kMostTexts));
  }
  return data::SqlOverRows::Open({.library_directory = library_directory_},
                                 records::kDecisionsTable, table_->Of(rows, named_));
}

}  // namespace mooring::monitoring
