#include "serving/decision_policy.h"
#include "serving/fallback_chain.h"
#include "serving/loaded_models.h"
#include "serving/stop_limits/limit_set.h"
#include "serving/validation.h"

namespace mooring::serving {

Result<std::shared_ptr<const ServedVersion>> AssembleVersion(VersionParts parts) {
  auto served = std::make_shared<ServedVersion>();
  served->model = std::move(parts.model);
  served->number = parts.number;
  served->contract = std::move(parts.contract);
  served->predictor = std::move(parts.predictor);
  served->format = std::move(parts.format);
  const model::Signature& signature = served->predictor->signature();
  ASSIGN_OR_RETURN(served->shape,
                   InputShape::Bind(served->contract, signature, parts.dictionaries));
  ASSIGN_OR_RETURN(served->policy, DecisionPolicy::Compile(*served->contract, signature,
                                                           served->shape->schema()));
  ASSIGN_OR_RETURN(served->fallback,
                   FallbackChains::Compile(*served->contract, *served->shape->schema(),
                                           served->policy->has_amount(),
                                           served->policy->minor_digits()));
  if (!served->contract->limits.empty()) {
    const std::int64_t made = parts.made.time_since_epoch().count();
    ASSIGN_OR_RETURN(served->limits, LimitSet::Compile({.contract = served->contract.get(),
                                                        .version = served->number,
                                                        .inputs = served->shape->schema(),
                                                        .pseudonymiser = parts.pseudonymiser,
                                                        .version_made = made,
                                                        .reference_made = made}));
  }
  auto binding = std::make_shared<records::Binding>();
  binding->model = served->model;
  binding->version = served->number;
  binding->contract_hash = served->contract->hash;
  binding->currency = served->contract->decision.currency;
  binding->inputs = served->shape->schema();
  binding->outputs = signature.output_columns;
  binding->pseudonymised = served->shape->pseudonymised_columns();
  served->binding = std::move(binding);
  return std::shared_ptr<const ServedVersion>(std::move(served));
}

const ServedModel* Snapshot::Find(std::string_view model) const {
  const auto found = models.find(model);
  return found == models.end() ? nullptr : &found->second;
}

}  // namespace mooring::serving
