// What a version remembers of its training data: the reference profile that windows are compared
// with, and the known values of its categories. Identifiers never enter it. Thread safety: pure.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "data/stats/profile.h"
#include "data/table/batch.h"
#include "monitoring/reference_dictionaries.h"
#include "records/contract/contract.h"

namespace mooring::control {

using monitoring::Dictionaries;

// What is profiled beside the inputs; either may be null.
struct BesideInputs {
  const data::Batch* scores = nullptr;  // of the model's outputs, as monitoring/scores.h has them
  const data::Column* label = nullptr;  // so that later training data can be compared with it
  std::string label_name;
};

// What LearnReferenceProfile profiles: one batch of the inputs and what is beside them.
Result<data::Batch> ReferenceRows(const records::Contract& contract, const data::Batch& rows,
                                  const BesideInputs& beside);
// The profile of `rows` (the contract's inputs) and of what is beside them; an input of the same
// name goes first. Columns that the contract pseudonymises are left out, so that no identifier is
// stored.
Result<data::BatchProfile> LearnReferenceProfile(const records::Contract& contract,
                                                 const data::Batch& rows,
                                                 const BesideInputs& beside);

// The known values of category inputs, by input: those of the rows, as serving reads them out of
// the reference profile (monitoring/reference_dictionaries.h). kFailedPrecondition when an input
// has too many values to list.
Result<Dictionaries> DictionariesOfRows(const data::Batch& rows, const records::Contract& contract);

}  // namespace mooring::control
