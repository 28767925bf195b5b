#include "control/registration/holdout.h"

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

}  // namespace

Result<std::string> LearnQuality(std::shared_ptr<const records::Contract> contract,
                                 const HoldoutRows& rows) {
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
  auto learned = monitoring::QualityReference::Learn(plan.task(), plan.classes(),
                                                     plan.has_probabilities(), kept, "holdout");
  if (!learned.ok()) return std::move(learned).error().Context("holdout");
  return learned->ToJson();
}

}  // namespace mooring::control
