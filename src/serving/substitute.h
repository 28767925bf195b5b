// What another loaded version would have said of a row, for fallback chains and collars.
#pragma once

#include <optional>

#include "serving/loaded_models.h"

namespace mooring::serving {

// The version before the champion, when it is another than `served`; else null.
const ServedVersion* PreviousOf(const Snapshot& snapshot, const ServedVersion& served);

// The champion, when it is another than `served`; else null.
const ServedVersion* ChampionOf(const Snapshot& snapshot, const ServedVersion& served);

// Its score. Nothing when it takes other inputs, when it is not worth asking on this thread
// (Cost::kPooled), or when it fails. `inputs` are rows of served.shape.
// Cost: one prediction and some allocations; for few rows only.
std::optional<double> ScoreBy(const ServedVersion& other, const ServedVersion& served,
                              const data::Batch& inputs, std::size_t row);

}  // namespace mooring::serving
