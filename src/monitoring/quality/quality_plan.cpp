#include "monitoring/quality/quality_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "monitoring/window_report.h"
#include "records/contract/currency.h"

namespace mooring::monitoring {
namespace {

using Task = records::OutputRule::Task;

constexpr std::size_t kMostClasses = 64;
constexpr std::size_t kMostReadColumns = 32;

bool IsNumber(data::Type type) { return data::IsNumeric(type) || type == data::Type::kBool; }

std::vector<std::string> TwoClasses(const std::string& positive) {
  if (positive.empty()) return {"0", "1"};
  return {"not " + positive, positive};
}

}  // namespace

QualityPlan::QualityPlan(std::shared_ptr<const Reference> reference,
                         const records::ReadDecisions& first,
                         std::shared_ptr<const DleModel> losses)
    : reference_(std::move(reference)), losses_(std::move(losses)) {
  FindScores(*first.binding->outputs);
  if (reference_->profile != nullptr) features_.emplace(*reference_->profile, kScoreColumn);
  std::vector<data::Field> fields;
  const data::Schema& inputs = *first.binding->inputs;
  for (std::size_t i = 0; i < inputs.size() && read_.size() < kMostReadColumns; ++i) {
    if (!IsNumber(inputs.field(i).type)) continue;
    fields.push_back({.name = inputs.field(i).name});
    read_.push_back(i);
  }
  const records::Contract& c = contract();
  for (const std::string& name : {c.output.name, std::string("amount"), c.outcome->name}) {
    if (!name.empty() && std::ranges::find(fields, name, &data::Field::name) == fields.end()) {
      fields.push_back({.name = name});
    }
  }
  auto schema = data::Schema::Make(std::move(fields));
  if (!schema.ok()) {  // names that are no columns: no measures
    if (!c.monitor.quality.business.empty()) problems_.push_back(schema.error().ToString());
    return;
  }
  table_ = std::make_shared<const data::Schema>(std::move(schema).value());
  for (const records::BusinessRule& rule : c.monitor.quality.business) {
    AddMeasure(rule.name, rule.expression, rule.higher_is_better);
  }
  if (!c.effect.value.empty()) AddMeasure("effect", c.effect.value, true);
  // Columns that no measure reads are not kept.
  if (measures_.empty()) read_.clear();
}

void QualityPlan::FindScores(const data::Schema& outputs) {
  const std::size_t named = outputs.Find(contract().output.name).value_or(0);
  if (task() == Task::kMulticlass && outputs.size() >= 2 && outputs.size() <= kMostClasses) {
    named_ = named;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      score_columns_.push_back(i);
      classes_.push_back(outputs.field(i).name);
    }
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

void QualityPlan::AddMeasure(std::string name, const std::string& text, bool higher_is_better) {
  auto compiled = data::Expression::Compile(text, *table_, {.name = name});
  if (compiled.ok()) {
    measures_.push_back({std::move(name), higher_is_better, std::move(compiled).value()});
  } else {
    problems_.push_back(name + ": " + compiled.error().ToString());
  }
}

QualityRows QualityPlan::NewRows() const {
  QualityRows rows;
  rows.score_columns = std::max<std::size_t>(score_columns_.size(), 1);
  rows.features = features_ ? features_->features() : 0;
  rows.read_columns = read_.size();
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
    for (const std::size_t place : read_) {
      const bool there = place < block.inputs->width();
      rows.read.push_back(there ? block.inputs->column(place).Number(row) : kNone);
    }
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

data::Batch QualityPlan::TableOf(const QualityRows& rows) const {
  data::Batch batch(table_);
  // An output without a name is in no expression; what the inputs have is theirs.
  const std::size_t output = table_->Find(contract().output.name).value_or(0);
  const std::size_t amount = table_->Find("amount").value();
  const std::size_t outcome = table_->Find(contract().outcome->name).value();
  std::size_t kept = 0;
  const auto put = [&batch](std::size_t column, double value) {
    std::isnan(value) ? batch.column(column).AppendNull() : batch.column(column).Append(value);
  };
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (!rows.known(row)) continue;
    for (std::size_t i = 0; i < rows.read_columns; ++i)
      put(i, rows.read[row * rows.read_columns + i]);
    if (output >= read_.size() && !contract().output.name.empty()) {
      put(output, rows.scores[row * rows.score_columns + named_]);
    }
    if (amount >= read_.size()) put(amount, rows.amounts[row]);
    if (outcome >= read_.size()) put(outcome, rows.truth[row]);
    ++kept;
  }
  batch.SetRows(kept);
  return batch;
}

std::vector<double> QualityPlan::ValuesOf(const Measure& measure, const QualityRows& rows) const {
  std::vector<double> values, all(rows.rows(), kNone);
  measure.expression.EvaluateAll(TableOf(rows), values);
  std::size_t next = 0;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (rows.known(row)) all[row] = values[next++];
  }
  return all;
}

}  // namespace mooring::monitoring
