#include "control/registration/holdout.h"

#include <algorithm>

#include "monitoring/quality/loss_estimates.h"
#include "monitoring/quality/quality_plan.h"
#include "monitoring/quality/quality_reference.h"
#include "records/journal/reader.h"

namespace mooring::control {
namespace {

bool HasText(const data::Column& column) {
  return column.type() == data::Type::kString || column.type() == data::Type::kCategory;
}

// The label of a row as the outcome that somebody would send.
records::Outcome OutcomeOf(const std::string& name, const data::Column& label, std::size_t row) {
  records::Outcome outcome;
  outcome.name = name;
  if (HasText(label)) {
    outcome.text = label.Text(row);
  } else {
    outcome.value = label.Number(row);
  }
  return outcome;
}

// What is journalled of the others is what they were when they came.
Result<data::Batch> InTheClear(const records::Contract& contract, const data::Batch& inputs) {
  std::vector<data::Field> fields;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < inputs.width(); ++i) {
    const data::Field& field = inputs.schema().field(i);
    const auto& hidden = contract.privacy.pseudonymise;
    if (std::ranges::find(hidden, field.name) != hidden.end()) continue;
    fields.push_back(field);
    places.push_back(i);
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  data::Batch clear(std::make_shared<const data::Schema>(std::move(schema)));
  for (std::size_t i = 0; i < places.size(); ++i) clear.column(i) = inputs.column(places[i]);
  clear.SetRows(inputs.rows());
  return clear;
}

Result<std::string> LossesAsJson(const records::Contract& contract, const data::Batch& inputs,
                                 monitoring::QualityRows& rows,
                                 const monitoring::TrainRegressor& train) {
  ASSIGN_OR_RETURN(const data::Batch clear, InTheClear(contract, inputs));
  ASSIGN_OR_RETURN(const monitoring::DleModel losses, monitoring::LearnLosses(clear, rows, train));
  return losses.ToJson();
}

}  // namespace

Result<LearnedQuality> LearnQuality(std::shared_ptr<const records::Contract> contract,
                                    const HoldoutRows& rows,
                                    const monitoring::TrainRegressor& train) {
  if (!contract->outcome) {
    return Error(Code::kInvalidArgument, "a holdout needs an outcome in the contract")
        .Help("add 'outcome: {name: …}' to the contract and apply it again");
  }
  const std::string name = contract->outcome->name;
  auto reference = std::make_shared<monitoring::Reference>();
  reference->rule = contract->monitor;
  reference->contract = std::move(contract);
  auto binding = std::make_shared<records::Binding>();
  binding->inputs = rows.inputs->shared_schema();
  binding->outputs = rows.outputs->shared_schema();
  const std::vector<records::RowDecision> decided(rows.inputs->rows());
  // As if they had been decided one after the other: quality is learned as it is in production.
  const records::ReadDecisions block{
      .binding = binding, .inputs = rows.inputs, .outputs = rows.outputs, .rows = decided};
  monitoring::QualityPlan plan(reference, block);
  monitoring::QualityRows kept = plan.NewRows();
  plan.Append(block, kept);
  for (std::size_t row = 0; row < kept.rows(); ++row) {
    if (rows.label->IsNull(row)) continue;
    const auto truth = plan.TruthOf(OutcomeOf(name, *rows.label, row));
    if (!truth) continue;
    kept.truth[row] = *truth;
    ++kept.labelled;
  }
  LearnedQuality result;
  if (train && plan.task() == records::OutputRule::Task::kRegression) {
    auto losses = LossesAsJson(plan.contract(), *rows.inputs, kept, train);
    if (losses.ok()) {
      result.losses = std::move(losses).value();
    } else {
      result.problem = losses.error().ToString();
      kept.expected_losses = 0;
    }
  }
  auto learned = monitoring::QualityReference::Learn(plan.task(), plan.classes(),
                                                     plan.has_probabilities(), kept, "holdout");
  if (!learned.ok()) return std::move(learned).error().Context("holdout");
  result.quality = learned->ToJson();
  return result;
}

}  // namespace mooring::control
