// LearnQuality: what a version's quality is on labelled rows that it was not trained on, for the
// watch to hold live windows against (monitoring/quality/quality_reference.h).
//
// Pure. Failure: kInvalidArgument when the contract has no outcome, or there are too few labelled
// rows of a class.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "data/table/batch.h"
#include "records/contract/contract.h"

namespace mooring::control {

struct HoldoutRows {
  const data::Batch* inputs = nullptr;   // the contract's
  const data::Batch* outputs = nullptr;  // the model's raw outputs for them
  const data::Column* label = nullptr;  // the outcome, as the contract names it; null where unknown
};

// The quality reference as JSON.
Result<std::string> LearnQuality(std::shared_ptr<const records::Contract> contract,
                                 const HoldoutRows& rows);

}  // namespace mooring::control
