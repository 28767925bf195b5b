#include "monitoring/scores.h"

#include <cmath>

#include "monitoring/class_outputs.h"

namespace mooring::monitoring {
namespace {

void AppendNumbers(const data::Column& output, data::Column& into) {
  for (std::size_t row = 0; row < output.size(); ++row) {
    if (output.IsNull(row)) {
      into.AppendNull();
    } else {
      into.Append(output.Number(row));
    }
  }
}

}  // namespace

Scores::Scores(std::string score, Task task) : score_(std::move(score)), task_(task) {}

std::vector<data::Field> Scores::FieldsFor(const data::Schema& inputs,
                                           const data::Schema& outputs) {
  std::vector<data::Field> fields;
  sources_.clear();
  const auto add = [&](data::Field field, std::optional<std::size_t> source) {
    if (inputs.Find(field.name)) return;
    fields.push_back(std::move(field));
    sources_.push_back(source);
  };
  classes_ = ClassOutputs(task_, outputs);
  std::vector<std::string> names;
  for (const std::size_t place : classes_) {
    names.push_back(outputs.field(place).name);
    add({.name = std::string(kClassColumnPrefix) + names.back()}, place);
  }
  if (!names.empty()) {
    auto dictionary = data::Dictionary::Make(std::move(names));
    CHECK_OK_RESULT(dictionary);  // names of columns differ
    add({.name = std::string(kPredictedClassColumn),
         .type = data::Type::kCategory,
         .dictionary = std::move(dictionary).value()},
        std::nullopt);
  }
  if (outputs.size() != 0) {
    add({.name = std::string(kScoreColumn)}, outputs.Find(score_).value_or(0));
  }
  return fields;
}

void Scores::Bind(const std::shared_ptr<const data::Schema>& inputs,
                  const std::shared_ptr<const data::Schema>& outputs) {
  if (inputs_ == inputs && outputs_ == outputs) return;
  inputs_ = inputs;
  outputs_ = outputs;
  auto schema = data::Schema::Make(FieldsFor(*inputs, *outputs));
  CHECK_OK_RESULT(schema);  // a prefix, and two words without it
  // The same columns stay the same object: whoever counts them remembers schemas.
  if (*schema == columns_.schema()) return;
  columns_ = data::Batch(std::make_shared<const data::Schema>(std::move(schema).value()));
}

void Scores::AppendPredicted(const data::Batch& outputs, data::Column& into) const {
  for (std::size_t row = 0; row < outputs.rows(); ++row) {
    double greatest = -std::numeric_limits<double>::infinity();
    std::int32_t code = 0;
    bool whole = true;
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      const double p = outputs.column(classes_[i]).Number(row);  // NaN when it is null
      whole = whole && !std::isnan(p);
      if (!(p > greatest)) continue;
      greatest = p;
      code = static_cast<std::int32_t>(i);
    }
    whole ? into.Append(code) : into.AppendNull();
  }
}

const data::Batch* Scores::Of(const std::shared_ptr<const data::Schema>& inputs,
                              const data::Batch& outputs) {
  Bind(inputs, outputs.shared_schema());
  if (sources_.empty()) return nullptr;
  columns_.Clear();
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i]) {
      AppendNumbers(outputs.column(*sources_[i]), columns_.column(i));
    } else {
      AppendPredicted(outputs, columns_.column(i));
    }
  }
  columns_.SetRows(outputs.rows());
  return &columns_;
}

}  // namespace mooring::monitoring
