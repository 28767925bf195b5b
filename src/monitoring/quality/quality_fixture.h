// For the tests of this folder: contracts, references and decided blocks made by hand, without a
// journal or a registry.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/rng.h"
#include "monitoring/quality/quality_plan.h"
#include "monitoring/quality/quality_reference.h"

namespace mooring::monitoring {

inline constexpr Time kMorning{Micros(1'700'000'000'000'000)};

// "late" or not, with probability p; windows of 100 rows or an hour, outcomes due in a day.
inline records::Contract BinaryContract() {
  records::Contract contract;
  contract.model = "m";
  contract.hash = "h";
  contract.output.name = "p";
  contract.output.task = records::OutputRule::Task::kBinary;
  contract.output.positive = "late";
  contract.outcome = records::OutcomeRule{"late", std::chrono::hours(24)};
  contract.monitor.window_rows = 100;
  return contract;
}

inline records::Contract ContractOf(records::OutputRule::Task task) {
  records::Contract contract = BinaryContract();
  contract.output.task = task;
  if (task != records::OutputRule::Task::kBinary) contract.output.positive.clear();
  return contract;
}

inline std::shared_ptr<const data::Schema> Columns(const std::vector<std::string>& names) {
  std::vector<data::Field> fields;
  for (const std::string& name : names) fields.push_back({.name = name});
  return std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value());
}

// A block with all that it views. Its input x is the row's number unless it is set.
struct Decided {
  std::shared_ptr<records::Binding> binding = std::make_shared<records::Binding>();
  data::Batch inputs, outputs;
  std::vector<records::RowDecision> rows;
  DecisionId first{1, 1, 0};
  Time at = kMorning;

  records::ReadDecisions Block() const {
    records::ReadDecisions block;
    block.first = first;
    block.binding = binding;
    block.at = at;
    block.inputs = &inputs;
    block.outputs = &outputs;
    block.rows = rows;
    return block;
  }
};

// `scores`: row by row, a number for each output.
inline Decided Decide(const records::Contract& contract, const std::vector<double>& scores,
                      const std::vector<std::string>& outputs = {"p"}) {
  Decided decided;
  decided.binding->model = contract.model;
  decided.binding->version = 1;
  decided.binding->contract_hash = contract.hash;
  decided.binding->inputs = Columns({"x"});
  decided.binding->outputs = Columns(outputs);
  decided.inputs = data::Batch(decided.binding->inputs);
  decided.outputs = data::Batch(decided.binding->outputs);
  const std::size_t rows = scores.size() / outputs.size();
  for (std::size_t row = 0; row < rows; ++row) {
    decided.inputs.column(0).Append(static_cast<double>(row));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      decided.outputs.column(i).Append(scores[row * outputs.size() + i]);
    }
  }
  decided.inputs.SetRows(rows);
  decided.outputs.SetRows(rows);
  decided.rows.resize(rows);
  return decided;
}

inline std::shared_ptr<const Reference> ReferenceOf(const records::Contract& contract,
                                                    const std::string& quality = "") {
  auto reference = std::make_shared<Reference>();
  reference->contract = std::make_shared<const records::Contract>(contract);
  reference->rule = contract.monitor;
  if (!quality.empty()) reference->learned.parts["quality"] = quality;
  return reference;
}

inline QualityPlan PlanOf(const records::Contract& contract,
                          const std::vector<std::string>& outputs = {"p"}) {
  const Decided none = Decide(contract, {}, outputs);
  return QualityPlan(ReferenceOf(contract), none.Block());
}

// Rows as a window keeps them, without features.
inline QualityRows RowsOf(std::vector<double> scores, std::vector<double> truth,
                          std::size_t columns = 1) {
  QualityRows rows;
  rows.score_columns = columns;
  rows.scores = std::move(scores);
  rows.truth = std::move(truth);
  rows.amounts.assign(rows.rows(), std::nan(""));
  rows.delay_s.assign(rows.rows(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t row = 0; row < rows.rows(); ++row) rows.labelled += rows.known(row) ? 1 : 0;
  return rows;
}

// A binary model that says what it knows: truth is drawn with the score's probability.
inline QualityRows HonestRows(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<double> scores, truth;
  for (std::size_t row = 0; row < count; ++row) {
    scores.push_back(0.05 + 0.9 * rng.Uniform());
    truth.push_back(rng.Uniform() < scores.back() ? 1 : 0);
  }
  return RowsOf(std::move(scores), std::move(truth));
}

// Two classes with a probability each, which says what it knows.
inline QualityRows TwoScores(std::size_t count, std::uint64_t seed) {
  const QualityRows one = HonestRows(count, seed);
  std::vector<double> scores;
  for (const double p : one.scores) scores.insert(scores.end(), {1 - p, p});
  return RowsOf(std::move(scores), one.truth, 2);
}

inline Result<QualityReference> LearnBinary(const QualityRows& rows) {
  return QualityReference::Learn(records::OutputRule::Task::kBinary, {"not late", "late"}, true,
                                 rows, "holdout");
}

}  // namespace mooring::monitoring
