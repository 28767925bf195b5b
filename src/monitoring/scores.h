// Scores: what is profiled of a model's outputs beside its inputs, under the names of
// class_outputs.h: of a classifier with an output a class each class's probability and the
// predicted class, then of every model the score, last.
//
// The predicted class of a row is the first output with the greatest probability; null when one of
// them is missing. An input that has one of the names already keeps it and the output is left out:
// both in one column would be neither.
//
// Thread safety: none. Complexity: no allocation after the first block of a model's outputs; about
// 5 ns a value.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/table/batch.h"
#include "records/contract/contract.h"
#include "records/journal/reader.h"

namespace mooring::monitoring {

class Scores {
 public:
  using Task = records::OutputRule::Task;

  // `score`: the raw output that the contract calls so; without one of that name it is the first.
  explicit Scores(std::string score, Task task = Task::kRegression);

  // A batch of a row for each of the block's, good until the next call; null when no column is
  // left.
  const data::Batch* Of(const records::ReadDecisions& block) {
    return Of(block.inputs->shared_schema(), *block.outputs);
  }
  const data::Batch* Of(const std::shared_ptr<const data::Schema>& inputs,
                        const data::Batch& outputs);

 private:
  void Bind(const std::shared_ptr<const data::Schema>& inputs,
            const std::shared_ptr<const data::Schema>& outputs);
  std::vector<data::Field> FieldsFor(const data::Schema& inputs, const data::Schema& outputs);
  void AppendPredicted(const data::Batch& outputs, data::Column& into) const;

  std::string score_;
  Task task_;
  std::shared_ptr<const data::Schema> inputs_, outputs_;  // that the rest was found in
  std::vector<std::size_t> classes_;                      // outputs, one of which is the greatest
  // Of each of our columns the output that it is; nothing: the predicted class.
  std::vector<std::optional<std::size_t>> sources_;
  data::Batch columns_;
};

}  // namespace mooring::monitoring
