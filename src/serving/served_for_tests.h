// Served versions for tests: a predictor that adds up its inputs, and contracts made in code. Not
// for anything but tests and benches.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/predictor.h"
#include "serving/loaded_models.h"
#include "serving/validation.h"

namespace mooring::serving::testing {

// Score = base + the sum of the present inputs, as float64 under the name "score".
class AddingPredictor : public model::Predictor {
 public:
  explicit AddingPredictor(data::Schema inputs, double base = 0, Cost cost = Cost::kInline)
      : signature_(model::Signature{
            std::make_shared<const data::Schema>(std::move(inputs)),
            {{"score", data::Type::kFloat64, 1}},
            std::make_shared<const data::Schema>(
                data::Schema::Make({{"score", data::Type::kFloat64, true, nullptr}}).value())}),
        base_(base),
        cost_(cost) {}

  const model::Signature& signature() const override { return signature_; }
  Status Predict(const data::Batch& rows, data::Batch& predictions) const override {
    calls.fetch_add(1);
    if (hook) RETURN_IF_ERROR(hook(rows));
    predictions.Clear();
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      double sum = base_;
      for (std::size_t i = 0; i < signature_.inputs->size(); ++i) {
        const double value = rows.column(i).Number(row);
        if (value == value) sum += value;
      }
      predictions.column(0).Append(sum);
    }
    predictions.SetRows(rows.rows());
    return Ok();
  }
  Cost cost() const override { return cost_; }
  std::size_t memory_bytes() const override { return 1000; }

  mutable std::atomic<std::uint64_t> calls{0};
  std::function<Status(const data::Batch&)> hook;  // asked before each prediction

 private:
  model::Signature signature_;
  double base_;
  Cost cost_;
};

inline data::Schema FloatInputs(const std::vector<std::string>& names,
                                data::Type type = data::Type::kFloat64) {
  std::vector<data::Field> fields;
  for (const std::string& name : names) fields.push_back({name, type, true, nullptr});
  return data::Schema::Make(std::move(fields)).value();
}

// A contract over nothing but the given inputs, for model "m".
inline records::Contract ContractOf(std::vector<records::InputRule> inputs) {
  records::Contract contract;
  contract.model = "m";
  contract.owner.team = "pricing";
  contract.inputs = std::move(inputs);
  contract.output.name = "score";
  contract.hash = "c0ffee";
  return contract;
}

inline records::InputRule Input(std::string name, data::Type type) {
  records::InputRule rule;
  rule.name = std::move(name);
  rule.type = type;
  return rule;
}

inline Result<std::shared_ptr<const ServedVersion>> Serve(
    records::Contract contract, std::shared_ptr<const model::Predictor> predictor,
    VersionNumber number = 1, const InputShape::Dictionaries& dictionaries = {}) {
  VersionParts parts;
  parts.model = contract.model;
  parts.number = number;
  parts.contract = std::make_shared<const records::Contract>(std::move(contract));
  parts.predictor = std::move(predictor);
  parts.format = "test";
  parts.dictionaries = dictionaries;
  return AssembleVersion(std::move(parts));
}

}  // namespace mooring::serving::testing
