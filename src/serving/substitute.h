// PreviousScore: what the version before would have said of one row, for the fallback chain.
#pragma once

#include <optional>

#include "serving/loaded_models.h"

namespace mooring::serving {

// Nothing when no other version is kept, when it takes other inputs, when it is not worth asking on
// this thread (Cost::kPooled), or when it fails. `inputs` are rows of served.shape.
// Cost: one prediction and some allocations; for stopped rows only.
std::optional<double> PreviousScore(const Snapshot& snapshot, const ServedVersion& served,
                                    const data::Batch& inputs, std::size_t row);

}  // namespace mooring::serving
