// LearnQuality: what a version's quality is on labelled rows that it was not trained on, for the
// watch to hold live windows against (monitoring/quality/quality_reference.h); and of a regression
// what losses to expect of its inputs, so that quality can be estimated before outcomes come
// (monitoring/quality/loss_estimates.h). Inputs that are pseudonymised teach nothing.
//
// Pure. Failure: kInvalidArgument when the contract has no outcome, or there are too few labelled
// rows of a class. Losses that cannot be learned are no failure: `problem` says why.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "data/table/batch.h"
#include "monitoring/quality/dle.h"
#include "records/contract/contract.h"

namespace mooring::control {

struct HoldoutRows {
  const data::Batch* inputs = nullptr;   // the contract's
  const data::Batch* outputs = nullptr;  // the model's raw outputs for them
  const data::Column* label = nullptr;  // the outcome, as the contract names it; null where unknown
};

struct LearnedQuality {
  std::string quality;  // the quality reference as JSON
  std::string losses;   // the model of losses as JSON; "" of a classification, or with a problem
  std::string problem;
};

// An empty trainer learns no losses.
Result<LearnedQuality> LearnQuality(std::shared_ptr<const records::Contract> contract,
                                    const HoldoutRows& rows,
                                    const monitoring::TrainRegressor& train = {});

}  // namespace mooring::control
